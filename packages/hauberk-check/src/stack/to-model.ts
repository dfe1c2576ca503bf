import { relative, sep } from "node:path";
import type { App, ExpressMajor, Layer } from "../model/app.ts";
import type { Module } from "../model/module.ts";
import type { Program } from "../model/program.ts";
import { array, object, prim, unknown, type Obj, type Site, type Value } from "../model/values.ts";
import { isFunction, type t } from "../parse/ast.ts";
import type { Location, StackApp, StackLayer } from "./facts.ts";
import { optionsFrom } from "./options.ts";

/** The running app as the same model the source gives, so the same rules can judge it. */
export function toModel(stack: StackApp, program: Program, root: string): App {
  const translate = new Translator(program, root);
  const home = translate.home();
  const app = emptyApp(0, "app", home, majorOf(stack.express));
  app.layers.push(...stack.layers.flatMap((one) => translate.layer(one, app)));
  for (const [name, value] of Object.entries(stack.settings))
    app.settings.push({ name, value: toValue(value, home), site: home, conditions: [] });
  if (stack.listens) app.listens.push(home);
  return app;
}

function majorOf(version: number): ExpressMajor {
  return version === 2 || version === 3 || version === 4 ? version : 5;
}

function emptyApp(id: number, kind: App["kind"], site: Site, express: ExpressMajor): App {
  return {
    id,
    kind,
    site,
    layers: [],
    settings: [],
    holes: [],
    listens: [],
    locals: new Set(),
    synthetic: false,
    born: 0,
    express,
    options: undefined,
  };
}

class Translator {
  readonly #program: Program;
  readonly #root: string;

  constructor(program: Program, root: string) {
    this.#program = program;
    this.#root = root;
  }

  /** Where the source makes its first app; findings without a better place stand there. */
  home(): Site {
    const app = this.#program.apps.find((one) => one.kind === "app");
    const [module] = this.#program.modules;
    if (app !== undefined) return app.site;
    return module === undefined ? NOWHERE : { module, node: module.ast.program };
  }

  layer(layer: StackLayer, parent: App): Layer[] {
    const site = this.#site(layer.mounted) ?? this.#site(layer.location) ?? parent.site;
    const path = layer.path === undefined ? undefined : pathValue(layer.path);
    const base = { site, path, conditions: [] } as const;
    if (layer.kind === "router") {
      const inner = emptyApp(parent.id + 1, "router", site, parent.express);
      inner.layers.push(...layer.layers.flatMap((one) => this.layer(one, inner)));
      return [{ ...base, kind: "use", method: "", handlers: [{ k: "app", app: inner }] }];
    }
    if (layer.kind === "use")
      return [{ ...base, kind: "use", method: "", handlers: [this.#handler(layer, site)] }];
    const handlers = layer.layers.map((one) => this.#handler(one, this.#site(one.location) ?? site));
    const methods = layer.methods.length === 0 ? ["all"] : layer.methods;
    const at = this.#site(layer.location) ?? site;
    return methods.map((method) => ({ ...base, site: at, kind: "route" as const, method, handlers }));
  }

  #handler(layer: StackLayer, site: Site): Value {
    if (layer.package !== undefined) {
      const { name, path, options, at } = optionsFrom(layer);
      const value = toValue(options, site);
      const filler = Array.from({ length: at }, (): Value => unknown("an earlier argument"));
      return { k: "call", callee: { k: "pkg", name, path }, args: [...filler, value], isNew: false, site };
    }
    return (
      this.#ownFunction(layer.location) ??
      unknown(`${layer.name === "" ? "a function" : layer.name} whose source was not read`, site)
    );
  }

  #ownFunction(location: Location | undefined): Value | undefined {
    const module = this.#module(location);
    if (module === undefined || location === undefined) return undefined;
    const kinds = [
      "FunctionDeclaration",
      "FunctionExpression",
      "ArrowFunctionExpression",
      "ClassMethod",
      "ObjectMethod",
    ];
    const node = kinds
      .flatMap((kind) => module.index.get(kind) ?? [])
      .find(
        (one) =>
          one.loc?.start.line === location.line &&
          Math.abs((one.loc?.start.column ?? 0) + 1 - location.column) <= 40,
      );
    if (!isFunction(node) || module.scope === undefined) return undefined;
    return { k: "fn", node, scope: module.scope, module, props: new Map() };
  }

  #site(location: Location | undefined): Site | undefined {
    const module = this.#module(location);
    if (module === undefined || location === undefined) return undefined;
    const calls = (module.index.get("CallExpression") ?? []).filter(
      (one) => one.loc?.start.line === location.line || one.loc?.end.line === location.line,
    );
    const node: t.Node | undefined = calls.toSorted((a, b) => (a.start ?? 0) - (b.start ?? 0))[0];
    return { module, node: node ?? lineNode(module, location) };
  }

  #module(location: Location | undefined): Module | undefined {
    if (location === undefined) return undefined;
    const path = relative(this.#root, location.file).split(sep).join("/");
    if (path.startsWith("..") || !/\.[cm]?[jt]sx?$/.test(path)) return undefined;
    const module = this.#program.module(path);
    if (module !== undefined) this.#program.machine.load(module);
    return module;
  }
}

/** A stand-in node for a line that holds no call, such as the first line of a named function. */
function lineNode(module: Module, location: Location): t.Node {
  const position = { line: location.line, column: location.column - 1, index: 0 };
  return {
    ...module.ast.program,
    loc: { ...(module.ast.program.loc ?? NO_LOCATION), start: position, end: position },
  };
}

const ZERO = { line: 1, column: 0, index: 0 };
const NO_LOCATION = { start: ZERO, end: ZERO, filename: "", identifierName: undefined };

const NOWHERE: Site = {
  module: {
    path: "package.json",
    text: "",
    ast: { type: "File" } as t.File,
    comments: [],
    index: new Map(),
    exports: object(true),
    moduleExports: undefined,
    scope: undefined,
    state: "done",
  },
  node: { type: "Identifier", name: "app", loc: NO_LOCATION },
};

function pathValue(path: string): Value {
  const regexp = /^\(regexp (.*)\)$/.exec(path);
  return regexp?.[1] === undefined ? prim(path) : unknown("a regular expression");
}

/** Data from the child as values of the model. */
function toValue(data: unknown, site: Site): Value {
  if (
    data === undefined ||
    data === null ||
    typeof data === "string" ||
    typeof data === "number" ||
    typeof data === "boolean"
  )
    return prim(data);
  if (Array.isArray(data))
    return array(
      data.map((one) => toValue(one, site)),
      false,
    );
  if (typeof data !== "object") return unknown("data");
  const tagged = data as Record<string, unknown>;
  const secret = tagged["$secret"] as { length: number; distinct: number; known: boolean } | undefined;
  if (secret !== undefined) return { k: "secret", ...secret };
  if ("$infinity" in tagged) return prim(Infinity);
  if ("$regex" in tagged)
    return { k: "regex", source: String(tagged["$regex"]), flags: String(tagged["flags"]), site };
  if ("$instance" in tagged) return instance(String(tagged["$instance"]), site);
  if ("$function" in tagged || "$unknown" in tagged) return unknown("a function of the running app");
  const result: Obj = object(tagged["$open"] === true);
  for (const [name, value] of Object.entries(tagged))
    if (name !== "$open") result.props.set(name, toValue(value, site));
  return result;
}

function instance(name: string, site: Site): Value {
  if (name === "MemoryStore")
    return {
      k: "call",
      callee: { k: "pkg", name: "express-session", path: ["MemoryStore"] },
      args: [],
      isNew: true,
      site,
    };
  return { k: "call", callee: { k: "pkg", name, path: [] }, args: [], isNew: true, site };
}

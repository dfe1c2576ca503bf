import { relative, sep } from "node:path";
import type { FunctionNode, Node, t } from "../parse/ast.ts";
import type { Position } from "../parse/lines.ts";
import type { Layer } from "../model/app.ts";
import type { Module } from "../model/module.ts";
import type { Program } from "../model/program.ts";
import { Scope } from "../model/scope.ts";
import { rootPackage, type Call, type Fn, type Site, type Value } from "../model/values.ts";
import type { StackPlace } from "./facts.ts";

/** Finds in the source what the engine described by file, line and column. */
export class Sites {
  readonly #program: Program;
  readonly #root: string;
  readonly #layers: ReadonlyMap<t.Node, Layer>;

  constructor(program: Program, root: string) {
    this.#program = program;
    this.#root = root;
    this.#layers = new Map(
      program.apps.flatMap((app) => app.layers.map((layer) => [layer.site.node, layer])),
    );
  }

  module(file: string): Module | undefined {
    const path = relative(this.#root, file).split(sep).join("/");
    if (path.startsWith("..") || !this.#program.files.has(path)) return undefined;
    const module = this.#program.module(path);
    if (module?.state === "new") this.#program.machine.load(module);
    return module;
  }

  /** The call at this place: engines point at the property of `app.use`, or at the start of a plain call. */
  call(place: StackPlace | undefined): Site | undefined {
    const module = place === undefined ? undefined : this.module(place.file);
    if (place === undefined || module === undefined) return undefined;
    const calls = (module.index.get("CallExpression") ?? []) as readonly t.CallExpression[];
    const node = calls.find((one) => startsAt(nameOf(one), module, place));
    return { module, node: node ?? module.ast.program };
  }

  layer(site: Site | undefined): Layer | undefined {
    return site === undefined ? undefined : this.#layers.get(site.node);
  }

  /** The function the engine says starts here, as the source lens would see it. */
  fn(place: StackPlace | undefined): Fn | undefined {
    const module = place === undefined ? undefined : this.module(place.file);
    if (place === undefined || module === undefined) return undefined;
    const types = [
      "FunctionDeclaration",
      "FunctionExpression",
      "ArrowFunctionExpression",
      "ObjectMethod",
      "ClassMethod",
    ];
    const all = types.flatMap((type) => (module.index.get(type) ?? []) as readonly FunctionNode[]);
    const node = all.filter((one) => contains(one, module, place)).toSorted((a, b) => size(a) - size(b))[0];
    return node === undefined
      ? undefined
      : { k: "fn", node, module, scope: module.scope ?? new Scope(module, undefined, 0), props: new Map() };
  }
}

const nameOf = (call: t.CallExpression): t.Node =>
  call.callee.type === "MemberExpression" ? call.callee.property : call.callee;
const size = (node: Node): number => (node.end ?? 0) - (node.start ?? 0);

function startsAt(node: t.Node, { lines }: Module, place: StackPlace): boolean {
  const { line, column } = lines.at(node.start ?? 0);
  return line === place.line && column === place.column - 1;
}

function contains(node: FunctionNode, { lines }: Module, place: StackPlace): boolean {
  const body = lines.at(node.body.start ?? 0);
  // The engine's position is that of the parameters: within the function, and not yet within its body.
  return (
    !isBefore(place, lines.at(node.start ?? 0)) &&
    isBefore(place, { line: body.line, column: body.column + 1 })
  );
}

function isBefore(place: StackPlace, at: Position): boolean {
  return place.line < at.line || (place.line === at.line && place.column - 1 < at.column);
}

/** The call into a package that a source value was made by, for its names and places. */
export function packageCallIn(value: Value | undefined): Call | undefined {
  if (value?.k === "member") return packageCallIn(value.of);
  if (value?.k === "mode") return packageCallIn(value.prod);
  if (value?.k !== "call" || rootPackage(value) === undefined) return undefined;
  const inner =
    value.callee.k === "call" ? value.callee : value.callee.k === "member" ? value.callee.of : undefined;
  return packageCallIn(inner) ?? value;
}

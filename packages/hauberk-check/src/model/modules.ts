import { dirname } from "../files/paths.ts";
import type { t } from "../parse/ast.ts";
import { jsonValue } from "./json-values.ts";
import type { Machine } from "./machine.ts";
import type { Module } from "./module.ts";
import type { Resolution } from "./resolve.ts";
import { ROOT } from "./root.ts";
import { Scope } from "./scope.ts";
import { object, prim, unknown, UNDEFINED, type Site, type Value } from "./values.ts";

/** A scope whose imported names are looked up when used, so that import cycles resolve. */
class ModuleScope extends Scope {
  readonly links: Map<string, () => Value> = new Map();

  override lookup(name: string): Value | undefined {
    return this.vars.get(name) ?? this.links.get(name)?.();
  }
}

/** Runs a module once and returns what `require` or `import *` would give. */
export function loadValue(machine: Machine, module: Module): Value {
  if (module.state === "new") {
    module.state = "running";
    const conditions = machine.conditions.splice(0);
    execute(machine, module);
    machine.conditions.push(...conditions);
    module.state = "done";
  }
  return namespaceOf(module);
}

function namespaceOf(module: Module): Value {
  if (module.moduleExports !== undefined) return module.moduleExports;
  if (module.exports.props.size > 0) return module.exports;
  const holder = module.scope?.vars.get("module");
  const exported = holder?.k === "obj" ? (holder.props.get("exports") ?? UNDEFINED) : UNDEFINED;
  // TypeScript that is compiled to CommonJS may `import` and assign `module.exports` in one file.
  const isUnused = exported.k === "obj" && exported.props.size === 0;
  return isEsm(module) && isUnused ? module.exports : exported;
}

const isEsm = (module: Module): boolean =>
  module.index.has("ImportDeclaration") ||
  module.index.has("ExportNamedDeclaration") ||
  module.index.has("ExportAllDeclaration");

function execute(machine: Machine, module: Module): void {
  const scope = new ModuleScope(module, undefined, 0);
  module.scope = scope;
  const exported = object(false, { module, node: module.ast.program });
  const holder = object(false, { module, node: module.ast.program });
  holder.props.set("exports", exported);
  scope.declare("module", holder);
  scope.declare("exports", exported);
  scope.declare("__dirname", prim(`${ROOT}/${dirname(module.path)}`.replace(/\/$/, "")));
  scope.declare("__filename", prim(`${ROOT}/${module.path}`));
  const { body } = module.ast.program;
  for (const node of body) linkImports(machine, module, scope, node);
  for (const node of body) if (node.type === "ImportDeclaration") touch(machine, module, node);
  runToEnd(machine, () => machine.run(body, scope));
  for (const node of body) exportLinks(machine, module, scope, node);
}

/** Runs a module, then what it left waiting for its promises. */
function runToEnd(machine: Machine, body: () => void): void {
  const { later, readFrom } = machine;
  const waiting: (() => void)[] = [];
  machine.later = waiting;
  machine.readFrom = machine.calling.length;
  body();
  for (const one of waiting) one();
  machine.later = later;
  machine.readFrom = readFrom;
}

function touch(machine: Machine, module: Module, node: t.ImportDeclaration): void {
  if (node.importKind === "type") return;
  // Files that can neither set up an app nor handle a request have no effect to wait for: they are read when used.
  const found = machine.program.resolver.resolve(node.source.value, module.path);
  if (found.kind === "file" && machine.program.isRelevant(found.path))
    machine.import(node.source.value, module, { module, node });
}

function linkImports(machine: Machine, module: Module, scope: ModuleScope, node: t.Statement): void {
  if (
    node.type === "TSImportEqualsDeclaration" &&
    node.moduleReference.type === "TSExternalModuleReference"
  ) {
    const { expression } = node.moduleReference;
    scope.links.set(node.id.name, () => machine.import(expression.value, module, { module, node }));
  }
  if (node.type !== "ImportDeclaration" || node.importKind === "type") return;
  for (const one of node.specifiers) {
    const site = { module, node: one };
    const whole = (): Value => machine.import(node.source.value, module, site);
    if (one.type === "ImportNamespaceSpecifier") scope.links.set(one.local.name, whole);
    else if (one.type === "ImportDefaultSpecifier")
      scope.links.set(one.local.name, () => pick(machine, whole(), "default", site));
    else {
      const name = one.imported.type === "Identifier" ? one.imported.name : one.imported.value;
      scope.links.set(one.local.name, () => pick(machine, whole(), name, site));
    }
  }
}

function pick(machine: Machine, whole: Value, name: string, site: Site): Value {
  if (whole.k === "pkg") return name === "default" ? whole : { ...whole, path: [...whole.path, name], site };
  if (name === "default")
    return whole.k === "obj" && whole.props.has("default")
      ? (whole.props.get("default") ?? UNDEFINED)
      : whole;
  return machine.member(whole, name, site);
}

function exportLinks(machine: Machine, module: Module, scope: Scope, node: t.Statement): void {
  const { exports } = module;
  if (node.type === "ExportAllDeclaration") {
    const all = machine.import(node.source.value, module, { module, node });
    if (all.k === "obj")
      for (const [name, value] of all.props) if (name !== "default") exports.props.set(name, value);
    return;
  }
  if (node.type !== "ExportNamedDeclaration" || node.declaration) return;
  const from = node.source ? machine.import(node.source.value, module, { module, node }) : undefined;
  for (const one of node.specifiers) {
    const site = { module, node: one };
    const exported = one.exported.type === "Identifier" ? one.exported.name : one.exported.value;
    if (one.type === "ExportNamespaceSpecifier") exports.props.set(exported, from ?? UNDEFINED);
    else if (one.type === "ExportSpecifier") {
      const local =
        one.local.type === "Identifier" ? one.local.name : String((one.local as { value?: string }).value);
      const value =
        from === undefined ? (scope.lookup(local) ?? unknown(local)) : pick(machine, from, local, site);
      exports.props.set(exported, value);
    }
  }
}

/** What `import(...)` gives: of a CommonJS file its exports, and all of them as `default` too. */
export function importedNamespace(machine: Machine, specifier: string, from: Module, site: Site): Value {
  const path = specifier.replace(/^file:\/\/(?=\/)/, "");
  const found = machine.import(path, from, site);
  if (
    found.k === "obj"
      ? found.props.has("default") || isOfEsm(machine, path, from)
      : found.k === "unknown" || found.k === "pkg"
  )
    return found;
  const namespace = object(true, site);
  if (found.k === "obj") for (const [name, value] of found.props) namespace.props.set(name, value);
  namespace.props.set("default", found);
  return namespace;
}

function isOfEsm(machine: Machine, specifier: string, from: Module): boolean {
  const found = resolveFile(machine, specifier, from);
  const module = found.kind === "file" ? machine.program.module(found.path) : undefined;
  return module !== undefined && isEsm(module);
}

/** `require(path.join(__dirname, "x"))` names a place below the root. */
const resolveFile = (machine: Machine, specifier: string, from: Module): Resolution =>
  specifier.startsWith(`${ROOT}/`)
    ? machine.program.resolver.resolve(`.${specifier.slice(ROOT.length)}`, "root.js")
    : machine.program.resolver.resolve(specifier, from.path);

/** What an import specifier stands for: a module of the project, data, a package, or something that is not there. */
export function importValue(machine: Machine, specifier: string, from: Module, site: Site): Value {
  const found = resolveFile(machine, specifier, from);
  switch (found.kind) {
    case "package":
      return { k: "pkg", name: found.name, path: found.subpath === "" ? [] : found.subpath.split("/"), site };
    case "json":
      return jsonValue(machine.program.json(found.path), site);
    case "missing":
      return unknown(`\`${specifier}\` was not found`, site);
    case "file": {
      const module = machine.program.module(found.path);
      return module === undefined ? unknown(`${found.path} was not analysed`, site) : machine.load(module);
    }
  }
}

import type { Module } from "../../model/module.ts";
import type { Program } from "../../model/program.ts";
import { parentOf, type FunctionNode, type t } from "../../parse/ast.ts";
import { callArguments, calleeName, keyName } from "./nodes.ts";
import { remembered } from "../../remembered.ts";

/** What the function is called by: its own name, that of its property or variable, for a default export what others import it as. */
export function namesOf(fn: FunctionNode, module: Module, program: Program): readonly string[] {
  if ((fn.type === "FunctionDeclaration" || fn.type === "FunctionExpression") && fn.id)
    return [fn.id.name, ...otherNames(fn.id.name, module, program), ...givenNames(fn, module, program)];
  if (fn.type === "ClassMethod" && fn.kind === "constructor") return classNames(fn, module, program);
  return fn.type === "ObjectMethod" || fn.type === "ClassMethod"
    ? [keyName(fn.key)]
    : fn.type === "ClassPrivateMethod"
      ? [`#${fn.key.id.name}`]
      : givenNames(fn, module, program);
}

/** What `new` is written before: the name of the class, in whatever file. */
function classNames(fn: t.ClassMethod, module: Module, program: Program): readonly string[] {
  const body = parentOf(fn);
  const cls = body === undefined ? undefined : parentOf(body);
  if (cls?.type !== "ClassDeclaration" && cls?.type !== "ClassExpression") return [];
  const own = cls.id?.name;
  return own === undefined
    ? givenNames(cls, module, program)
    : [own, ...otherNames(own, module, program), ...givenNames(cls, module, program)];
}

/** What the module calls its function outside: `module.exports = find`, `exports.search = find`, `{ search: find }`, `find as search`. */
function otherNames(name: string, module: Module, program: Program): readonly string[] {
  const { names, isWhole } = aliasesIn(module).get(name) ?? NONE;
  return isWhole ? [...names, ...importedAs(module, program)] : names;
}

interface Aliases {
  readonly names: readonly string[];
  /** It is all that the module exports. */
  readonly isWhole: boolean;
}

const NONE: Aliases = { names: [], isWhole: false };

const aliasesIn = remembered(({ index }: Module): ReadonlyMap<string, Aliases> => {
  const found = new Map<string, Aliases>();
  const note = (own: t.Node | null | undefined, other: string | undefined): void => {
    if (own?.type !== "Identifier" || other === undefined || other === own.name) return;
    const { names, isWhole } = found.get(own.name) ?? NONE;
    found.set(
      own.name,
      other === "exports" ? { names, isWhole: true } : { names: [...names, other], isWhole },
    );
  };
  for (const type of [
    "ObjectProperty",
    "AssignmentExpression",
    "ExportDefaultDeclaration",
    "ExportSpecifier",
  ])
    for (const node of index.get(type) ?? []) {
      if (node.type === "ObjectProperty") note(node.value, keyName(node.key));
      else if (node.type === "AssignmentExpression") note(node.right, lastName(node.left));
      else if (node.type === "ExportDefaultDeclaration") note(node.declaration, "exports");
      else if (node.type === "ExportSpecifier") note(node.local, keyName(node.exported));
    }
  return found;
});

function givenNames(fn: t.Node, module: Module, program: Program): readonly string[] {
  const holder = parentOf(fn);
  switch (holder?.type) {
    case "VariableDeclarator":
      return holder.id.type === "Identifier"
        ? [holder.id.name, ...otherNames(holder.id.name, module, program)]
        : [];
    case "ObjectProperty":
    case "ClassProperty":
      return [keyName(holder.key)];
    case "ExportDefaultDeclaration":
      return importedAs(module, program);
    case "AssignmentExpression": {
      const name = lastName(holder.left);
      return name === undefined ? [] : name === "exports" ? importedAs(module, program) : [name];
    }
    default:
      return [];
  }
}

/** The names that other files give to what the module exports as a whole. */
const importedAs = ({ path }: Module, program: Program): readonly string[] =>
  importsByPath(program).get(path) ?? [];

const importsByPath = remembered(collectImports);

function collectImports(program: Program): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const module of program.modules)
    for (const [name, specifier] of wholeImports(module)) {
      const target = program.resolver.resolve(specifier, module.path);
      if (target.kind === "file") found.set(target.path, [...(found.get(target.path) ?? []), name]);
    }
  return found;
}

/** `import find from "./find"` and `const find = require("./find")`. */
function wholeImports({ index }: Module): readonly (readonly [name: string, specifier: string])[] {
  const imports = (index.get("ImportDeclaration") ?? []).flatMap((node) => {
    const first = node.type === "ImportDeclaration" ? node.specifiers[0] : undefined;
    return node.type === "ImportDeclaration" && first?.type === "ImportDefaultSpecifier"
      ? [[first.local.name, node.source.value] as const]
      : [];
  });
  const requires = (index.get("VariableDeclarator") ?? []).flatMap((node) => {
    if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || !node.init) return [];
    const [specifier] = calleeName(node.init) === "require" ? callArguments(node.init) : [];
    return specifier?.type === "StringLiteral" ? [[node.id.name, specifier.value] as const] : [];
  });
  return [...imports, ...requires];
}

/** `find` of `this.users.find`. */
export function lastName(node: t.Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") return undefined;
  if (node.property.type === "PrivateName") return `#${node.property.id.name}`;
  return node.computed || node.property.type !== "Identifier" ? undefined : node.property.name;
}

/** How many functions of the project have a name. */
export const functionsNamed: (program: Program) => ReadonlyMap<string, number> = remembered(countNames);

const FUNCTION_TYPES = [
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ObjectMethod",
  "ClassMethod",
];

function countNames(program: Program): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const module of program.modules)
    for (const type of FUNCTION_TYPES)
      for (const node of module.index.get(type) ?? [])
        for (const name of new Set(namesOf(node as FunctionNode, module, program)))
          found.set(name, (found.get(name) ?? 0) + 1);
  return found;
}

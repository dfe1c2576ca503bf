import { alternatives } from "../../../model/alternatives.ts";
import { importsOf, type Module } from "../../../model/module.ts";
import type { Pkg } from "../../../model/values.ts";
import type { t } from "../../../parse/ast.ts";
import { isCertain, partsOf, spanOf } from "../../deps/known-vulnerable/range.ts";
import { dataAround, handedOverAt } from "../../kit/handed-over.ts";
import { calleeName, sourceText, type HandlerNames } from "../../kit/nodes.ts";
import { rawRequestData, requestData } from "../../kit/request-data.ts";
import { isTestedBefore } from "../../kit/tested.ts";
import type { NodeContext } from "../../rule.ts";
import { remembered } from "../../../remembered.ts";

/** A function with the hole, in these versions; `isPath` where the hole is in the path that is set. */
type Row = readonly [name: RegExp, versions: string, isPath?: true];

const ALL = /^/;
const HOLES: Readonly<Record<string, readonly Row[]>> = {
  lodash: [
    [/^(?:merge|mergeWith)$/, "<4.17.11"],
    [/^defaultsDeep$/, "<4.17.12"],
    [/^(?:set|setWith|update|updateWith)$/, ">=3.7.0 <4.17.19", true],
  ],
  "lodash.merge": [[ALL, "<4.6.2"]],
  "lodash.mergewith": [[ALL, "<4.6.2"]],
  "lodash.defaultsdeep": [[ALL, "<4.6.1"]],
  "lodash.set": [[ALL, "*", true]],
  "deep-extend": [[ALL, "<0.5.1"]],
  "merge-deep": [[ALL, "<3.0.3"]],
  "mixin-deep": [[ALL, "<1.3.2 || >=2.0.0 <2.0.1"]],
  extend: [[ALL, "<2.0.2 || >=3.0.0 <3.0.2"]],
  jquery: [[/^extend$/, "<3.4.0"]],
  merge: [[/^recursive$/, "<2.1.1"]],
  hoek: [[/^(?:merge|applyToDefaults)$/, "<4.2.1 || >=5.0.0 <5.0.3"]],
  "object-path": [[/^set$/, "<0.11.5", true]],
  "dot-prop": [[/^set$/, "<4.2.1 || >=5.0.0 <5.1.1", true]],
  "set-value": [[ALL, "<2.0.1 || >=3.0.0 <3.0.1", true]],
};

/** Most calls are of other names, and what they call need not be looked for. */
const NAMED = /(?:^|\.)\w{0,20}(?:merge|default|extend|mixin|recursive|applyToDefaults|set|update)\w{0,10}$/i;

/** `_.merge(settings, req.body)` with a version of the package that follows `__proto__`. */
export function checkPackage(node: t.CallExpression, context: NodeContext): void {
  if (!hasPackage(context.module) || node.arguments.length < 2 || !NAMED.test(calleeName(node) ?? "")) return;
  const found = alternatives(context.value(node.callee)).find((one) => one.k === "pkg");
  const hole = found && holeOf(found, context);
  const handler = hole === undefined ? undefined : dataAround(node, context);
  if (hole === undefined || handler === undefined) return;
  if (!hole.isPath && !isDeep(hole.of, node)) return;
  const [, ...given] = node.arguments;
  const at = hole.isPath
    ? given.slice(0, 1).find((one) => requestData(one, handler) !== undefined)
    : given.find((one) => isKeyed(one, handler));
  if (at === undefined || isTestedBefore(context.module, node, sourceText(context.module, at), handler))
    return;
  context.report({
    at: { module: context.module, node },
    message: `${hole.fn}() of ${hole.of} ${hole.version} follows \`__proto__\` in what the client sent.`,
    fix: `Update ${hole.of}: its newest version leaves such keys out.`,
    related: handedOverAt(handler),
  });
}

/** `lodash/merge` is the same function as `lodash.merge()`. */
const packageOf = (specifier: string): string => specifier.split("/")[0] ?? "";

const hasPackage = remembered((module: Module): boolean =>
  importsOf(module).some((one) => Object.hasOwn(HOLES, packageOf(one))),
);

/** The parser of addresses drops `__proto__`. */
const isKeyed = (node: t.Node, handler: HandlerNames): boolean =>
  rawRequestData(node, handler) !== undefined &&
  !/^(?:query|params|files|headers)$/.test(rawRequestData(node, handler) ?? "");

/** `extend(true, target, source)` goes down, and without the first argument it does not. */
const isDeep = (name: string, { arguments: [first] }: t.CallExpression): boolean =>
  !/^(?:extend|jquery)$/.test(name) || (first?.type === "BooleanLiteral" && first.value);

interface Hole {
  readonly fn: string;
  readonly of: string;
  readonly version: string;
  readonly isPath: boolean;
}

function holeOf({ name, path }: Pkg, { program, module }: NodeContext): Hole | undefined {
  const of = packageOf(name);
  const fn = path.at(-1) ?? /\/(\w+)(?:\.js)?$/.exec(name)?.[1] ?? of;
  const version = program.packages.versionOf(of, module.path);
  const span = version === undefined ? undefined : spanOf(version);
  const row = HOLES[of]?.find(([names]) => names.test(fn));
  return version !== undefined && row !== undefined && span !== undefined && isCertain(partsOf(row[1]), span)
    ? { fn, of, version, isPath: row[2] === true }
    : undefined;
}

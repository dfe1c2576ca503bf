import { dirname, joinPath } from "../files/paths.ts";
import type { t } from "../parse/ast.ts";
import { byMode } from "./alternatives.ts";
import type { Machine } from "./machine.ts";
import { text } from "./operators.ts";
import { ROOT } from "./root.ts";
import type { Scope } from "./scope.ts";
import type { Site, Value } from "./values.ts";

/** Stands for a part of a path that nobody can read. */
const OPEN = "\0";

/**
 * `require("./env/" + (process.env.NODE_ENV || "development"))`: what the file named after production gives, and what
 * the one named after development does; `undefined` when the path is not one of those.
 */
export function environmentModule(
  machine: Machine,
  argument: t.Node,
  scope: Scope,
  site: Site,
): Value | undefined {
  const path = pathOf(machine, argument, scope);
  if (path === undefined || path.split(OPEN).length !== 2) return undefined;
  const { module } = scope;
  const from = path.startsWith(`${ROOT}/`)
    ? path.slice(ROOT.length + 1)
    : joinPath(dirname(module.path), path);
  const [prod, dev] = ["production", "development"].map((name) => {
    const specifier = `${ROOT}/${from.replace(OPEN, name)}`;
    const found = machine.program.resolver.resolve(`.${specifier.slice(ROOT.length)}`, "root.js");
    return found.kind === "file" || found.kind === "json"
      ? machine.import(specifier, module, site)
      : undefined;
  });
  if (prod !== undefined && dev !== undefined) return byMode(prod, dev);
  return prod ?? dev;
}

/** The path with a gap for each part that is not known; `undefined` for what is no path put together in place. */
function pathOf(machine: Machine, node: t.Node, scope: Scope): string | undefined {
  switch (node.type) {
    case "BinaryExpression":
      return node.operator === "+"
        ? both(pathOf(machine, node.left, scope), pathOf(machine, node.right, scope))
        : undefined;
    case "TemplateLiteral":
      return node.quasis
        .map((quasi, i) => {
          const next = node.expressions[i];
          return quasi.value.raw + (next === undefined ? "" : (pathOf(machine, next, scope) ?? OPEN));
        })
        .join("");
    case "CallExpression":
      return isPathCall(node) ? joined(machine, node, scope) : gap(machine, node, scope);
    default:
      return gap(machine, node, scope);
  }
}

const both = (left: string | undefined, right: string | undefined): string =>
  (left ?? OPEN) + (right ?? OPEN);

function gap(machine: Machine, node: t.Node, scope: Scope): string {
  return text(machine.evaluate(node, scope)) ?? OPEN;
}

const isPathCall = ({ callee }: t.CallExpression): boolean =>
  callee.type === "MemberExpression" &&
  callee.property.type === "Identifier" &&
  /^(?:join|resolve|normalize)$/.test(callee.property.name);

function joined(machine: Machine, node: t.CallExpression, scope: Scope): string {
  const parts = node.arguments.map((one) => pathOf(machine, one, scope) ?? OPEN);
  const path = `/${joinPath("", parts.join("/"))}`;
  return path.startsWith(`${ROOT}/`) ? path : path.slice(1);
}

import { chainOf, UNSAFE_METHODS } from "../../../engine/protections.ts";
import { isConditional } from "../../../model/app.ts";
import type { Part } from "../../../model/parts.ts";
import type { Program } from "../../../model/program.ts";
import { printPath } from "../../../model/path-patterns.ts";
import type { Fn } from "../../../model/values.ts";
import type { AppView, Endpoint } from "../../../model/view.ts";
import { ancestors, isFunction, someNode, walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { namesOf } from "../../kit/function-names.ts";
import { callArguments, calleeName, saidBy, sourceText } from "../../kit/nodes.ts";
import type { AppContext } from "../../rule.ts";
import { looksItself } from "../administration-open/looks.ts";
import { refusesVisitor } from "../route-unguarded/guards.ts";

/** A guard that verifies a token and goes on without one, before a route that changes something and does not look itself. */
export function reportOpenGuards({ view, program, report, doubts }: AppContext): void {
  const said = new Map<FunctionNode, readonly Endpoint[]>();
  const places = new Map<FunctionNode, { readonly fn: Fn; readonly gaps: readonly Gap[] }>();
  for (const route of view.endpoints) {
    const guard = UNSAFE_METHODS.has(route.method) ? route.parts.slice(0, -1).find(mayOpen) : undefined;
    if (guard?.fn === undefined || saysSo(guard.fn, program)) continue;
    const gaps = places.get(guard.fn.node)?.gaps ?? gapsOf(guard.fn);
    if (gaps.length === 0 || !isLeftAlone(view, route, guard)) continue;
    places.set(guard.fn.node, { fn: guard.fn, gaps });
    said.set(guard.fn.node, [...(said.get(guard.fn.node) ?? []), route]);
  }
  if (doubts.length > 0) return;
  for (const [node, { fn, gaps }] of places) {
    const [first, ...more] = said.get(node) ?? [];
    if (first === undefined) continue;
    const others = more.length === 0 ? "" : `, and ${String(more.length)} more like it`;
    for (const { at, when } of gaps)
      report({
        at: { module: fn.module, node: at },
        message: `${when} next() is called: ${first.method.toUpperCase()} ${printPath(first.paths)} is open to everyone${others}.`,
        fix: "Answer 401 there; what visitors without an account may call needs no guard.",
        related: [{ at: first.layer.site, message: "a route that has only this guard" }],
      });
  }
}

/** `optionalAuth` and `loadUser` say that they let everybody through. */
const ON_PURPOSE =
  /option|maybe|attempt|try|load|attach|set|populate|parse|decod|current|get|extract|identif|soft|lenient|anon|guest|public|context|user$/i;

const mayOpen = ({ name, fn, facts }: Part): boolean =>
  fn !== undefined &&
  facts?.callsNext === true &&
  facts.readsCredentials &&
  /verif|decode/i.test(facts.source) &&
  !ON_PURPOSE.test(name);

const saysSo = ({ node, module }: Fn, program: Program): boolean =>
  namesOf(node, module, program).some((name) => ON_PURPOSE.test(name));

/** Nothing else on the way asks who is there, and the handler does not either. */
function isLeftAlone(view: AppView, route: Endpoint, guard: Part): boolean {
  const others = [...chainOf(view, route), ...route.parts].filter((one) => one.fn?.node !== guard.fn?.node);
  const last = route.parts.at(-1);
  return (
    !isConditional(route.layer.conditions) &&
    others.every((part) => part.role !== "unknown" && part.role !== "auth" && part.role !== "token-auth") &&
    !others.some((part) => refusesVisitor(part) || (part !== last && mayRefuse(part))) &&
    last?.fn !== undefined &&
    !looksItself(last.fn, last.facts?.source ?? "")
  );
}

const mayRefuse = ({ role, facts }: Part): boolean =>
  role !== "csrf" && role !== "rate-limit" && facts?.callsNext === true && facts.refuses;

interface Gap {
  readonly at: t.Node;
  readonly when: string;
}

/** Where a guard goes on with nobody there: without a token, or with one that did not hold. */
function gapsOf({ node: fn, module }: Fn): readonly Gap[] {
  const next = fn.params.length === 3 ? fn.params[2] : undefined;
  if (next?.type !== "Identifier") return [];
  const found: Gap[] = [];
  const note = (block: t.Statement, when: string): void => {
    const last = block.type === "BlockStatement" ? block.body.at(-1) : block;
    if (last !== undefined && isGoingOn(last, next.name)) found.push({ at: last, when });
  };
  walk(fn.body, (node) => {
    if (node.type === "CatchClause" && isOf(node, fn)) note(node.body, "For a token that does not hold,");
    if (node.type !== "IfStatement") return;
    const asked = absent(node.test);
    if (asked !== undefined && CREDENTIAL.test(sourceText(module, asked)))
      note(node.consequent, "Without a token");
  });
  return found;
}

const CREDENTIAL = /token|authorization|auth_?header|jwt|bearer/i;

/** `token` of `!token`, of `token === undefined` and of `!token || !token.startsWith("Bearer ")`. */
function absent(test: t.Node): t.Node | undefined {
  if (test.type === "LogicalExpression") return test.operator === "||" ? absent(test.left) : undefined;
  if (test.type === "UnaryExpression") return test.operator === "!" ? test.argument : undefined;
  if (test.type !== "BinaryExpression" || !/^===?$/.test(test.operator)) return undefined;
  const isNothing =
    test.right.type === "NullLiteral" ||
    (test.right.type === "Identifier" && test.right.name === "undefined");
  return isNothing ? test.left : undefined;
}

/** The `catch` of the guard itself, whose block verifies. */
function isOf(clause: t.CatchClause, fn: FunctionNode): boolean {
  const attempt = ancestors(clause)[0];
  if (attempt?.type !== "TryStatement" || ancestors(clause).find(isFunction) !== fn) return false;
  return someNode(attempt.block, (node) =>
    /(?:^|\.)(?:verify\w{0,20}|jwtVerify)$/.test(calleeName(node) ?? ""),
  );
}

function isGoingOn(statement: t.Statement, next: string): boolean {
  const said = saidBy(statement);
  return said !== undefined && calleeName(said) === next && callArguments(said).length === 0;
}

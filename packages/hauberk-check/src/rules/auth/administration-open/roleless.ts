import { chainOf } from "../../../engine/protections.ts";
import type { Part } from "../../../model/parts.ts";
import type { Program } from "../../../model/program.ts";
import type { AppView, Endpoint } from "../../../model/view.ts";
import { walk, type t } from "../../../parse/ast.ts";
import { calleeName, keyName } from "../../kit/nodes.ts";
import { refusesVisitor } from "../route-unguarded/guards.ts";

/** What a guard or handler may mean by a role, whatever it calls it. */
export const MAY_ASK: RegExp =
  /role|admin|perm|priv|scope|level|group|\bacl|access(?![-_]?tok)|allow|staff|super|owner|polic|abilit|claim|rank|moderator|manager|operator|clerk|\btype|tenant|team|member|whitelist|\bcan_/i;

/** The guards of this route are read whole: they ask who somebody is, and none asks what that person may do. */
export function asksNoRole(view: AppView, route: Endpoint): boolean {
  const before = [...chainOf(view, route)];
  const guards = before.filter(isGuard);
  if (guards.length === 0) return before.every(isHarmless) && asksOnlyWho(route.parts.at(-1));
  return (
    guards.every(isPlain) &&
    before.every((part) => isGuard(part) || isHarmless(part)) &&
    route.parts.at(-1)?.fn !== undefined &&
    !looksAgain(route.parts.at(-1))
  );
}

const isHarmless = (part: Part): boolean => part.role !== "unknown" && !mayRefuse(part);

/** A handler that verifies the token itself, and looks at nothing in it but whose it is. */
function asksOnlyWho(part: Part | undefined): boolean {
  const source = part?.facts?.source ?? "";
  if (!/\bverify\(/.test(source)) return false;
  const name = heldIn(source);
  // What is in the token may be called `claims` or `admin`, and not be asked for anything.
  if (MAY_ASK.test(name === undefined ? source : source.replaceAll(name, ""))) return false;
  if (name === undefined) return /[;{]\s*(?:await )?\w+\.verify\(/.test(source);
  const uses = source.split(new RegExp(String.raw`\b${name}\b`)).slice(2);
  return uses.every((after) => /^\.(?:_?id|user_?id|sub|name|user_?name|e?mail|iat|exp)\b/i.test(after));
}

/** `claims` of `const claims = jwt.verify(...)`, and of `jwt.verify(token, key, (error, claims) => ...)`. */
function heldIn(source: string): string | undefined {
  const at = source.indexOf(".verify(");
  const given = /\b(\w+) ?= ?(?:await )?\w+$/.exec(source.slice(Math.max(0, at - 100), at))?.[1];
  return given ?? /^[^;{}]*\(\w+, ?(\w+)\) ?=>/.exec(source.slice(at, at + 200))?.[1];
}

const isGuard = (part: Part): boolean =>
  part.role === "auth" || part.role === "token-auth" || refusesVisitor(part);

/** A limit of the app's own, a check of the fields: they refuse for other reasons, or for reasons nobody knows. */
const mayRefuse = ({ role, facts }: Part): boolean =>
  role !== "csrf" &&
  role !== "rate-limit" &&
  role !== "https-redirect" &&
  role !== "error-handler" &&
  facts?.refuses === true;

/** `res.status(401).json(...)` and `promisify(jwt.verify)(token)` by what their name ends in. */
const calledName = (node: t.CallExpression | t.OptionalCallExpression | t.NewExpression): string =>
  calleeName(node) ??
  (node.callee.type === "MemberExpression" || node.callee.type === "OptionalMemberExpression"
    ? `?.${keyName(node.callee.property)}`
    : "?");

/** Calls that say nothing of what somebody may do. */
const KNOWN =
  /^(?:next|res|req|request|response|console|logger|log|jwt|jsonwebtoken|JSON|String|Number|Boolean|Date|AppError|HttpError|ApiError|UnauthorizedError|Error|createError)(?:\.|$)|\.(?:split|replace|startsWith|slice|trim|substring|verify|findById|findOne|findByPk|findUnique|find|select|lean|exec|toLowerCase|query|execute|getItem|has|get|now|json|send|end|render|redirect|status)$/;

function isPlain({ fn, facts, name }: Part): boolean {
  if (fn === undefined || facts === undefined || MAY_ASK.test(name) || MAY_ASK.test(facts.source))
    return false;
  let isRead = true;
  walk(fn.node.body, (node) => {
    if (
      node.type === "CallExpression" ||
      node.type === "OptionalCallExpression" ||
      node.type === "NewExpression"
    )
      isRead &&= KNOWN.test(calledName(node));
  });
  return isRead;
}

const REFUSES =
  /\b40[13]\b|unauthor|forbidden|denied|not allowed|assert|ensure|require|authori[sz]e|\bcan\(/i;

/** A handler that asks for itself, or hands somebody who does the request or the user. */
function looksAgain(part: Part | undefined): boolean {
  const source = part?.facts?.source ?? "";
  const [first] = part?.fn?.node.params ?? [];
  if (first?.type !== "Identifier" || REFUSES.test(source)) return true;
  // `req.body.user` is what the client calls somebody.
  const asked = source.replace(/\bbody\.\w{1,60}/g, "");
  if (/\.(?:user|session|auth|locals|cookies|headers|account)\b|\.(?:get|header)\(/.test(asked)) return true;
  return new RegExp(String.raw`(?<![\w$.])${first.name}\b(?!\??\.)`).test(asked.slice(asked.indexOf(")")));
}

/** The route of another kind of person: what is asked there shows that not everybody who signs in is an administrator. */
const ASKS_ROLE =
  /\.(?:role|user_?type|userRole)\s?[!=]==?|\.(?:isAdmin|is_admin)\b|roles?\.(?:includes|indexOf|some)\(|\b(?:hasRole|requireRole|checkRole|requireAdmin|adminOnly)\b/i;

/** Accounts of the app that are no administrators: `role: "customer"`, `default: "user"`, `enum: ["user", "admin"]`, `DEFAULT 'user'`. */
const OTHERS: readonly RegExp[] = [
  /\brole["']?: ?["'](?!admin|super|root)[a-z]/i,
  /\bdefault:? ["'](?:user|customer|member|client|student|employee|viewer|guest|buyer|patient|basic|normal|regular)["']/i,
  /["']user["'], ?["']admin["']|["']admin["'], ?["']user["']/,
  /\bis_?Admin\b/i,
];

export function hasRoles(view: AppView, program: Program): boolean {
  const isAsked = view.endpoints.some((one) =>
    [...chainOf(view, one), ...one.parts].some(({ facts }) => ASKS_ROLE.test(facts?.source ?? "")),
  );
  return (
    isAsked ||
    OTHERS.some((one) => program.mention(one) !== undefined) ||
    // The tables of the app are made in a file that handles no request.
    program.modules.some(({ text }) => OTHERS.some((one) => one.test(text)))
  );
}

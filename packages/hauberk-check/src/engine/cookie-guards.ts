import { inProduction, textInProduction } from "../model/alternatives.ts";
import { codeOf, sourceText, type Module } from "../model/module.ts";
import type { Part } from "../model/parts.ts";
import type { Program } from "../model/program.ts";
import { property } from "../model/properties.ts";
import { isKnown, UNDEFINED, type Value } from "../model/values.ts";
import { walk, type t } from "../parse/ast.ts";
import { leftmostIdentifier } from "./leftmost.ts";
import { remembered } from "../remembered.ts";

const COOKIE = /\bcookies\??\.?(?:\[\s?["']([\w.-]{1,100})["']\s?\]|(?<=\.)(\w{1,100}))/gi;

const TAKEN_APART = /\{\s?(\w{1,100})\s?\}\s?=\s?req(?:uest)?\??\.cookies\b/g;

/**
 * The cookies by which a guard of the project knows who is there: `jwt.verify(req.cookies.token, ...)`. The browser
 * sends them along with another site's form, as it does the cookie of a session.
 */
export function guardCookies(parts: readonly Part[], program: Program): readonly string[] {
  return parts.flatMap((part) => {
    const { role, facts, name, options = UNDEFINED } = part;
    if (role !== "auth" && role !== "token-auth") return [];
    if (facts !== undefined) return [...cookiesIn(facts.source), ...cookiesByConstant(part, program)];
    if (name === "passport.authenticate") return namesTokens(options) ? strategyCookies(program) : [];
    const getter = property(inProduction(options), "getToken");
    return getter.k === "fn" ? cookiesIn(sourceText(getter.module, getter.node)) : [];
  });
}

/** `req.cookies[COOKIE_NAME]`, where the name is a constant or the default of a setting. */
function cookiesByConstant({ fn, facts }: Part, program: Program): readonly string[] {
  const found: string[] = [];
  if (fn === undefined || !/\bcookies\??\.?\[\s?[A-Za-z_$]/.test(facts?.source ?? "")) return found;
  walk(fn.node, (node) => {
    if ((node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") || !node.computed)
      return;
    const { object, property: key } = node;
    if (!/\bcookies$/.test(sourceText(fn.module, object))) return;
    const name = textInProduction(program.valueAt(fn.module, key));
    if (name !== undefined) found.push(name);
  });
  return found;
}

/** `passport.authenticate("jwt", { session: false })`: the strategy says where its token is. */
function namesTokens(value: Value): boolean {
  if (value.k === "arr") return value.items.some(namesTokens);
  return value.k === "prim" && typeof value.v === "string" && /jwt|cookie|token/i.test(value.v);
}

const OWN_EXTRACTOR = /\bjwtFromRequest\s?[:,=](?!\s?(?:\w{1,40}\.){0,2}from(?:Auth)?(?:Header|Body|Url))/;

/** The cookies that `jwtFromRequest: (req) => req.cookies.token` reads. */
const strategyCookies = remembered((program: Program): readonly string[] =>
  program.modules.flatMap((module) =>
    module.text.includes("passport-jwt") && OWN_EXTRACTOR.test(module.text) ? cookiesIn(codeOf(module)) : [],
  ),
);

/** A cookie that is for new tokens alone changes nothing another site could want. */
const CREDENTIAL = /^(?!.{0,100}(?:refresh|csrf|xsrf)).{0,100}(?:token|auth|jwt|sess|sid$|user|login)/i;

/**
 * `if (!sessions.get(req.cookies.token)) return res.sendStatus(401)` in the function that answers, and
 * `profiles[req.cookies.token] = req.body`, where the cookie says whose it is.
 */
export function cookiesAsked(parts: readonly Part[]): readonly string[] {
  return parts.flatMap(({ facts }) =>
    facts !== undefined && (facts.refuses || /\breq(?:uest)?\.body\b/.test(facts.source))
      ? cookiesIn(facts.source).filter((name) => CREDENTIAL.test(name))
      : [],
  );
}

const cookiesIn = (source: string): readonly string[] =>
  [
    ...source.matchAll(COOKIE),
    ...source.matchAll(TAKEN_APART),
    ...(/\bheaders\??\.cookie\b/.test(source) ? source.matchAll(NAMED) : []),
  ].map(([, first, second]) => first ?? second ?? "");

/** `header.split(";").find((one) => one.trim().startsWith("token="))` */
const NAMED = /["'`]([\w.-]{1,100})=["'`]/g;

/** By name: whether any place that sets the cookie gives it a `sameSite`, or something nobody can read. */
const cookiesSet = remembered(readCookies);

/** Whether the app sets one of these cookies, and always without `sameSite`. */
export function lackSameSite(program: Program, names: readonly string[]): boolean {
  if (names.length === 0) return false;
  const known = cookiesSet(program);
  for (const name of names) if (!known.has(name)) program.unsetCookies.add(name);
  return names.some((name) => known.get(name) === false);
}

function readCookies(program: Program): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  for (const module of program.modules) {
    if (!/\.cookie\(|set-cookie/i.test(module.text)) continue;
    for (const node of module.index.get("CallExpression") ?? []) {
      if (node.type !== "CallExpression") continue;
      const header = cookieHeader(node, module);
      if (header !== undefined) found.set(header.name, (found.get(header.name) ?? false) || header.isKept);
      if (!setsCookie(node)) continue;
      const read = (one: t.Node): Value => program.valueAt(module, one);
      const [name, , options] = node.arguments;
      const label = name === undefined ? undefined : read(name);
      const written = label === undefined ? undefined : textInProduction(label);
      if (written !== undefined)
        found.set(
          written,
          (found.get(written) ?? false) || (options !== undefined && hasSameSite(read(options))),
        );
    }
  }
  return found;
}

/** ``res.setHeader("Set-Cookie", `token=${token}; HttpOnly`)`` */
function cookieHeader(
  { callee, arguments: [name, value] }: t.CallExpression,
  module: Module,
): { readonly name: string; readonly isKept: boolean } | undefined {
  if (callee.type !== "MemberExpression" || name?.type !== "StringLiteral" || value === undefined)
    return undefined;
  if (name.value.toLowerCase() !== "set-cookie") return undefined;
  const text = module.text.slice(value.start ?? 0, value.end ?? 0);
  const [, label] = /^\[?\s?["'`]([\w.-]{1,100})=/.exec(text) ?? [];
  return label === undefined
    ? undefined
    : { name: label, isKept: /samesite=\s?(?:lax|strict|\$)/i.test(text) };
}

function setsCookie({ callee }: t.CallExpression): boolean {
  return (
    callee.type === "MemberExpression" &&
    callee.property.type === "Identifier" &&
    callee.property.name === "cookie" &&
    /^_?(?:res|response|reply)$/.test(leftmostIdentifier(callee) ?? "")
  );
}

function hasSameSite(options: Value): boolean {
  const given = property(inProduction(options), "sameSite");
  return !isKnown(given, undefined) && !isKnown(given, false) && !isKnown(given, "none");
}

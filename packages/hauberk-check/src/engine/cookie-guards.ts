import { inProduction } from "../model/alternatives.ts";
import { LexicalScope } from "../model/lexical.ts";
import type { Part } from "../model/parts.ts";
import type { Program } from "../model/program.ts";
import { property } from "../model/properties.ts";
import { isKnown, type Value } from "../model/values.ts";
import type { t } from "../parse/ast.ts";
import { leftmostIdentifier } from "./leftmost.ts";
import { remembered } from "../remembered.ts";

const COOKIE = /\bcookies\??\.?(?:\[\s?["']([\w.-]{1,100})["']\s?\]|(?<=\.)(\w{1,100}))/gi;

const TAKEN_APART = /\{\s?(\w{1,100})\s?\}\s?=\s?req(?:uest)?\??\.cookies\b/g;

/**
 * The cookies by which a guard of the project knows who is there: `jwt.verify(req.cookies.token, ...)`. The browser
 * sends them along with another site's form, as it does the cookie of a session.
 */
export function guardCookies(parts: readonly Part[]): readonly string[] {
  return parts.flatMap(({ role, facts }) =>
    facts === undefined || (role !== "auth" && role !== "token-auth")
      ? []
      : [...facts.source.matchAll(COOKIE), ...facts.source.matchAll(TAKEN_APART)].map(
          ([, first, second]) => first ?? second ?? "",
        ),
  );
}

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
    if (!module.text.includes(".cookie(")) continue;
    for (const node of module.index.get("CallExpression") ?? []) {
      if (node.type !== "CallExpression" || !setsCookie(node)) continue;
      const read = (one: t.Node): Value =>
        program.machine.evaluate(one, new LexicalScope(program.machine, module, one));
      const [name, , options] = node.arguments;
      const label = name === undefined ? undefined : read(name);
      if (label?.k === "prim" && typeof label.v === "string")
        found.set(
          label.v,
          (found.get(label.v) ?? false) || (options !== undefined && hasSameSite(read(options))),
        );
    }
  }
  return found;
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

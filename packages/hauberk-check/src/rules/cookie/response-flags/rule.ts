import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import type { LiveFacts, SeenCookie } from "../../../live/facts.ts";
import { inProduction } from "../../../model/alternatives.ts";
import { property } from "../../../model/properties.ts";
import { isKnown, UNDEFINED, type Value } from "../../../model/values.ts";
import { callArguments, plainText } from "../../kit/nodes.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Problem, type Rule } from "../../rule.ts";
import { isSessionCookie } from "../../kit/live-cookies.ts";
import { judge } from "../../kit/options.ts";
import { flagsSetLater } from "./set-later.ts";
import type { Node, t } from "../../../parse/ast.ts";

const SENSITIVE = /(?:^|[._-])(?:sid|sess(?:ion)?(?:id)?|auth|token|jwt|remember|refresh|access)|token$/i;

export const rule: Rule = defineRule({
  id: "cookie/response-flags",
  title: "A cookie that signs somebody in has no protection",
  severity: "medium",
  confidence: "high",
  cwe: [614, 1004],
  asvs: ["3.3.1", "3.3.4"],
  lenses: ["source", "live"],
  express: ALL_EXPRESS,
  why: "Without Secure it travels over plain HTTP, without HttpOnly every script in the page can read it.",
  fix: 'Set all three: `{ httpOnly: true, secure: true, sameSite: "lax" }`.',
  callees: [/\.(?:cookie|setHeader|header|set|append|appendHeader)$/],
  visit: {
    CallExpression(node, context) {
      if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
      const { property: method } = node.callee;
      if (method.type !== "Identifier" || !/^_?(?:res|response|reply)$/.test(leftmostIdentifier(node) ?? ""))
        return;
      if (method.name === "cookie") check(node, context);
      if (/^(?:setHeader|header|set|append|appendHeader)$/.test(method.name)) checkHeader(node, context);
    },
  },
  live({ facts, report }) {
    const said = new Set<string>();
    for (const answer of facts.answers)
      for (const cookie of answer.cookies) {
        const missing = missingFlags(cookie, facts);
        if (missing.length === 0 || said.has(cookie.name)) continue;
        said.add(cookie.name);
        report({
          url: answer.url,
          message: `Set-Cookie for ${cookie.name} has no ${missing.join(" and no ")}.`,
        });
      }
  },
});

/** Session cookies have rules of their own; Secure cannot be set where there is no TLS. */
function missingFlags(cookie: SeenCookie, { login, isHttps }: LiveFacts): readonly string[] {
  if (!isSensitive(cookie.name) || isSessionCookie(cookie, login)) return [];
  const flags = isHttps ? ["HttpOnly", "Secure"] : ["HttpOnly"];
  return flags.filter((flag) => !cookie.attributes.has(flag.toLowerCase()));
}

/** `res.cookie("shop", token)`: what is in it says more than its name. */
const CREDENTIAL = /^(?:(?:access|auth|refresh|id|session|login|user)_?)?(?:token|jwt)$/i;

const holdsCredential = (value: t.Node | undefined): boolean =>
  value?.type === "Identifier" && CREDENTIAL.test(value.name);

/** Pages have to read these. */
const FORGERY = /csrf|xsrf/i;

const isSensitive = (name: string): boolean => SENSITIVE.test(name) && !FORGERY.test(name);

function check(node: Node, context: NodeContext): void {
  const [name, held, options] = callArguments(node);
  if (name === undefined) return;
  const label = context.value(name);
  if (label.k !== "prim" || typeof label.v !== "string") return;
  const isRemoved =
    held?.type === "NullLiteral" || (held !== undefined && REMOVED.test(plainText(held) ?? "-"));
  const saysWho = SAYS_WHO.test(label.v) && isBelieved(label.v, context);
  // `res.cookie("token", "none")` takes the token away.
  const isToken = !isRemoved && (isSensitive(label.v) || (holdsCredential(held) && !FORGERY.test(label.v)));
  const isOther = !isToken && !saysWho;
  if (isOther && (options === undefined || isRemoved)) return;
  const given = options === undefined ? UNDEFINED : inProduction(context.value(options));
  if (given.k !== "obj" && !isKnown(given, undefined)) {
    if (!isOther)
      context.unchecked(`the options of cookie ${label.v} are not known`, { module: context.module, node });
    return;
  }
  if (isRemoval(given)) return;
  const later = flagsSetLater(options, context);
  if (isOther) {
    const other = ofNoAccount(given, later, label.v);
    if (other !== undefined) context.report({ at: { module: context.module, node }, ...other });
    return;
  }
  const missing = ["httpOnly", "secure"].filter((flag) => isWithout(flag, given, later));
  if (missing.length > 0)
    context.report({
      at: { module: context.module, node },
      message: `Cookie ${label.v} is set without ${missing.join(" and ")}.`,
    });
}

/** What is wrong with a theme, a language or a shopping cart. */
function ofNoAccount(
  given: Value,
  later: ReadonlySet<string>,
  name: string,
): Pick<Problem, "message" | "severity" | "fix"> | undefined {
  const isNone = judge(property(given, "sameSite"), (v) => String(v).toLowerCase() !== "none") === "bad";
  if (isNone && !later.has("sameSite") && isWithout("secure", given, later)) return noneInClear(name);
  // Pages read these on purpose; who writes both flags down as off has thought of neither.
  return !FORGERY.test(name) && ["httpOnly", "secure"].every((flag) => isKnown(property(given, flag), false))
    ? { severity: "info", message: `Cookie ${name} is set with httpOnly and secure off.` }
    : undefined;
}

const isWithout = (flag: string, given: Value, later: ReadonlySet<string>): boolean =>
  !later.has(flag) && judge(property(given, flag), (v) => v === true || v === "auto") === "bad";

const noneInClear = (name: string): Pick<Problem, "message" | "severity" | "fix"> => ({
  severity: "low",
  message: `Cookie ${name} is set with SameSite=None and without Secure: browsers refuse it, or bring it along from every site in clear text.`,
  fix: 'Use `sameSite: "lax"`, or add `secure: true` where other sites must show the app.',
});

const REMOVED = /^(?:none|null|undefined|deleted|expired|invalid|logged-?_?out|logout)?$/i;

const SAYS_WHO =
  /^(?:user(?:_?id|_?name)?|uid|account(?:_?id)?|is_?admin|admin|role|password|remember_?me)$/i;

/** Whether the app reads the cookie itself: what only pages read signs nobody in. */
const isBelieved = (name: string, { program }: NodeContext): boolean =>
  program.mention(
    new RegExp(
      String.raw`\breq(?:uest)?\??\.(?:signedC|c)ookies\??\.?(?:\[["'])?${escapeForPattern(name)}\b`,
    ),
  ) !== undefined;

/** `res.setHeader("Set-Cookie", `token=${token}; Path=/`)`: all that stands in the text is all there is. */
function checkHeader(node: Node, context: NodeContext): void {
  const [name, value] = callArguments(node);
  if (name?.type !== "StringLiteral" || !/^set-cookie$/i.test(name.value) || value === undefined) return;
  for (const one of value.type === "ArrayExpression" ? value.elements : [value]) {
    const text = one === null ? undefined : writtenText(one);
    const [, label] = /^\s*([\w.-]+)=/.exec(text ?? "") ?? [];
    if (one === null || text === undefined || label === undefined) continue;
    if (/max-age=0\b|expires=thu, 01 jan 1970/i.test(text)) continue;
    if (!isSensitive(label)) {
      if (isNoneInClear(text))
        context.report({ at: { module: context.module, node: one }, ...noneInClear(label) });
      continue;
    }
    const missing = ["HttpOnly", "Secure"].filter(
      (flag) => !new RegExp(String.raw`;\s*${flag}\b`, "i").test(text),
    );
    if (missing.length > 0)
      context.report({
        at: { module: context.module, node: one },
        message: `Cookie ${label} is set without ${missing.join(" and ")}.`,
      });
  }
}

const isNoneInClear = (text: string): boolean =>
  /;\s?samesite=none\b/i.test(text) && !/;\s?secure\b/i.test(text);

/** The text with `?` for each value put in; `undefined` when attributes may come from a value. */
function writtenText(node: Node | t.Node): string | undefined {
  if (node.type === "StringLiteral") return node.value;
  if (node.type !== "TemplateLiteral" || node.expressions.length > 1) return undefined;
  return node.quasis.map((quasi) => quasi.value.raw).join("?");
}

const isRemoval = (options: Value): boolean => isKnown(property(options, "maxAge"), 0);

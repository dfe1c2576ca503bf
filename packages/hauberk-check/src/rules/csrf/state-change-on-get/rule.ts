import { guardCookies } from "../../../engine/cookie-guards.ts";
import { chainOf, isSession } from "../../../engine/protections.ts";
import { LexicalScope } from "../../../model/lexical.ts";
import type { Part } from "../../../model/parts.ts";
import { printPath } from "../../../model/path-patterns.ts";
import type { Program } from "../../../model/program.ts";
import { walk } from "../../../parse/ast.ts";
import { sourceText } from "../../kit/nodes.ts";
import { changeIn, onlyDeletes, saysDone } from "./writes.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const ACTION =
  /(?:^|[/_-])(delete|remove|destroy|create|update|approve|cancel|transfer|ban|promote|follow|unfollow|(?:un)?like|love|favou?rite|purchase|register(?:form|user)?|sign-?up|vote|subscribe|unsubscribe|add|buy|(?:un)?publish|(?:un)?archive|close|(?:un)?block|accept|reject|withdraw|deposit|toggle|discharge|clear)(?:$|[/_-])/i;
/** The same without those a page may ask about first; what such a path shows is a form. */
const MORE =
  /(?:^|[/_-])(?:unban|reset|wipe|purge|erase|truncate|flush|drop|empty|restart|reboot|shut-?down|save|set|insert|store|enable|disable|deactivate|(?:un)?suspend|(?:un)?lock|(?:un)?mute|(?:un)?pin|(?:un)?hide|(?:un)?star|(?:up|down)vote|rate|leave|kick|move|rename|(?:un)?assign|revoke|grant|demote|pay|refund|redeem|claim|mark|restore|backup|seed|migrate|import|regenerate|rotate|increment|decrement|increase|decrease|logout-all|switch|change|edit|modify|complete|finish|dismiss|flag|unfriend|donate|bid)(?:$|[/_-])/i;
/** A link that was mailed: who has it may do it. */
const BY_LINK = /:\w*(?:token|code|hash|key|secret)\b/i;
/** Of an act whose path says what it is, `/voucher/:code/remove`, no code is a secret. */
const BY_TOKEN = /:(?:\w*token|_?csrf|\w*secret)(?![\w-])/i;
const ASKS_TOKEN = /\bquery\??\.(?:\w*[tT]oken|_?csrf)\b/;
const BY_QUERY = /\bquery\??\.(?:token|code|hash|key|sig\w*)\b|query;?$/i;

export const rule: Rule = defineRule({
  id: "csrf/state-change-on-get",
  title: "A GET request changes data",
  severity: "medium",
  confidence: "medium",
  cwe: [650],
  asvs: ["3.5.3"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "No CSRF protection looks at GET, and SameSite=Lax lets it through: a link, an image or a prefetch does it.",
  fix: "Make it a POST (or DELETE), with a form or fetch, behind the CSRF protection.",
  app({ view, program, report }) {
    for (const endpoint of view.endpoints) {
      if (!/^(?:get|all)$/.test(endpoint.method)) continue;
      const last = endpoint.parts.findLast((part) => part.fn !== undefined && !part.wrapped);
      if (last?.facts === undefined) continue;
      const path = printPath(endpoint.paths);
      if (endpoint.method === "get" && signsOut(path, last.facts.source)) {
        if (isAmbient(chainOf(view, endpoint), program) || OWN_COOKIE.test(last.facts.source))
          report({
            at: endpoint.layer.site,
            severity: "low",
            message: `GET ${path} signs out: a link or a page of another site does, too.`,
          });
        continue;
      }
      const change = changeOf(last, path, program);
      if (change === undefined || !isAmbient(chainOf(view, endpoint), program)) continue;
      if (endpoint.method === "all" && REFUSES_GET.test(last.facts.source)) continue;
      report({ at: endpoint.layer.site, message: `GET ${path} ${change}.` });
    }
  },
});

/** Nothing of the user's is lost; a page that asks first is none. */
const signsOut = (path: string, source: string): boolean =>
  /(?:^|\/)(?:log|sign)[-_]?(?:out|off)\/?$/i.test(path) &&
  (/\.log_?[oO]ut\(|\.session\.destroy\(|\.session ?= ?(?:null|undefined)|\bdelete req\.session\b/.test(
    source,
  ) ||
    ENDS_OWN.test(source));

/** `delete sessions[id]`, `openSessions.delete(id)`. */
const ENDS_OWN = /\bdelete \w*[sS]essions?\[|[sS]essions?\.delete\(/;
/** A handler that reads the session out of the cookie by itself. */
const OWN_COOKIE = /\breq(?:uest)?\.(?:cookies|signedCookies)\b/;

/** `/devices/:id/off`: a word behind the one it is done to. */
const ON_ONE = /\/:\w+\/[a-z][\w-]*\/?$/i;
/** What is only noted about a visit. */
const OF_VISIT =
  /\/(?:views?|track\w*|open\w*|read|seen|visit\w*|clicks?|hits?|download\w*|ping|status|heartbeat|stream|play|go|redirect|callback|verify|confirm|activate|accept-invite|join|poll|refresh)\/?$/i;

/** What the handler changes, as far as its path says that this is what it is for. */
function changeOf(part: Part, path: string, program: Program): string | undefined {
  const source = part.facts?.source ?? "";
  // `/deleteNote` is `/delete-note`.
  const words = path.replace(/([a-z\d])([A-Z])/g, "$1-$2");
  if (ACTION.test(words)) {
    if (BY_TOKEN.test(path) || ASKS_TOKEN.test(source)) return undefined;
    const verb = ACTION.exec(words)?.[1] ?? "";
    const isActed =
      callsNamed(verb, source) || (ACT.test(words) && !SHOWS.test(source) && acts(part, source, program));
    return changeIn(source) ?? (isActed ? "writes to the database" : undefined);
  }
  if (SHOWS.test(source) || BY_LINK.test(path) || BY_QUERY.test(source)) return undefined;
  if (MORE.test(words)) return changeIn(source);
  if (ON_ONE.test(words) && !OF_VISIT.test(words) && saysDone(source))
    return changeIn(source) ?? (acts(part, source, program) ? "writes to the database" : undefined);
  return onlyDeletes(source) &&
    !/(?:^|[/_-])(?:log-?out|sign-?out|callback|verify|confirm)(?:$|[/_-])/i.test(words)
    ? "writes to the database"
    : undefined;
}

/** A page of this name is no form that somebody fills in first, so what it calls may be looked into. */
const ACT =
  /(?:^|[/_-])(?:approve|transfer|ban|promote|(?:un)?follow|(?:un)?like|love|favou?rite|purchase|vote|buy|withdraw|deposit)(?:$|[/_-])/i;
/** `reader.addBook(book)`, as Sequelize names what it makes for two models that belong to each other. */
const LINKS = /\.(?:add|remove)(?!Header|Listener|Event|All|Days|Hours)[A-Z]\w*\(/;
const REFUSES_GET = /\b405\b|\.method\s?[!=]==?\s?["'](?:POST|PUT|DELETE)["']|\.method\s?!==?\s?["']GET["']/;

/** A page asks whether it is meant. */
const SHOWS = /render\w{0,40}\(/i;

const acts = (part: Part, source: string, program: Program): boolean =>
  LINKS.test(source) || helpersOf(part, program).some((one) => changeIn(one) !== undefined);

/** The texts of the project's functions that the handler calls. */
function helpersOf({ fn }: Part, program: Program): readonly string[] {
  const found: string[] = [];
  if (fn !== undefined)
    walk(fn.node, (node) => {
      if (node.type !== "CallExpression") return;
      const scope = new LexicalScope(program.machine, fn.module, node);
      const called = program.machine.evaluate(node.callee, scope);
      if (called.k === "fn") found.push(sourceText(called.module, called.node));
    });
  return found;
}

/** The browser says by itself who is there, also when another site sends it. */
const isAmbient = (chain: readonly Part[], program: Program): boolean =>
  chain.some(isSession) || guardCookies(chain, program).length > 0;

/** A function named like the path that is given what the request names: `remove(req.params.id)`. */
const callsNamed = (verb: string, source: string): boolean =>
  new RegExp(String.raw`(?<![\w$])${verb}\w*\s*\([^)]*\breq(?:uest)?\.(?:params|query)\b`, "i").test(source);

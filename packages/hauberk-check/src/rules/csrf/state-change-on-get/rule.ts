import { guardCookies } from "../../../engine/cookie-guards.ts";
import { chainOf, isSession } from "../../../engine/protections.ts";
import { LexicalScope } from "../../../model/lexical.ts";
import type { Part } from "../../../model/parts.ts";
import { printPath } from "../../../model/path-patterns.ts";
import type { Program } from "../../../model/program.ts";
import { walk } from "../../../parse/ast.ts";
import { sourceText } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const ACTION =
  /(?:^|[/_-])(delete|remove|destroy|create|update|approve|cancel|transfer|ban|promote|follow|unfollow|(?:un)?like|love|favou?rite|purchase|register(?:form|user)?|sign-?up|vote|subscribe|unsubscribe|add|buy|(?:un)?publish|(?:un)?archive|close|(?:un)?block|accept|reject|withdraw|deposit|toggle|discharge|clear)(?:$|[/_-])/i;
const WRITES =
  /\.(?:deleteOne|deleteMany|findByIdAndDelete|findByIdAndRemove|findOneAndDelete|findOneAndRemove|findByIdAndUpdate|findOneAndUpdate|updateOne|updateMany|insertOne|insertMany|destroy|remove|save|bulkCreate|upsert)\s*\(|(?<!\bObject)\.create\(\s*\{|\.update\s?\(\s?\{|\b(?:DELETE FROM|INSERT INTO|UPDATE \w+ SET)\b/;

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
      if (
        !/^(?:get|all)$/.test(endpoint.method) ||
        !ACTION.test(printPath(endpoint.paths)) ||
        !isAmbient(chainOf(view, endpoint))
      )
        continue;
      const last = endpoint.parts.findLast((part) => part.fn !== undefined && !part.wrapped);
      if (last?.facts === undefined) continue;
      const path = printPath(endpoint.paths);
      const source = last.facts.source.replace(/session\s*\.\s*(?:destroy|save)/g, "");
      if (endpoint.method === "all" && REFUSES_GET.test(source)) continue;
      if (writes(source, path) || (ACT.test(path) && !SHOWS.test(source) && acts(last, source, program)))
        report({ at: endpoint.layer.site, message: `GET ${path} writes to the database.` });
    }
  },
});

/** A page of this name is no form that somebody fills in first, so what it calls may be looked into. */
const ACT =
  /(?:^|[/_-])(?:approve|transfer|ban|promote|(?:un)?follow|(?:un)?like|love|favou?rite|purchase|vote|buy|withdraw|deposit)(?:$|[/_-])/i;
/** `reader.addBook(book)`, as Sequelize names what it makes for two models that belong to each other. */
const LINKS = /\.(?:add|remove)(?!Header|Listener|Event|All|Days|Hours)[A-Z]\w*\(/;
const REFUSES_GET = /\b405\b|\.method\s?[!=]==?\s?["'](?:POST|PUT|DELETE)["']|\.method\s?!==?\s?["']GET["']/;

/** A page asks whether it is meant. */
const SHOWS = /render\w{0,40}\(/i;

const acts = (part: Part, source: string, program: Program): boolean =>
  LINKS.test(source) || helpersOf(part, program).some((one) => WRITES.test(one));

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
const isAmbient = (chain: readonly Part[]): boolean =>
  chain.some(isSession) || guardCookies(chain).length > 0;

/** A database write, or a function named like the path that is given what the request names: `remove(req.params.id)`. */
function writes(source: string, path: string): boolean {
  // The last is how a query builder ends: `db("notes").where({ id }).delete()`.
  if (WRITES.test(source) || /\.(?:delete|del)\(\)/.test(source)) return true;
  const verb = ACTION.exec(path)?.[1];
  return (
    verb !== undefined &&
    new RegExp(String.raw`(?<![\w$])${verb}\w*\s*\([^)]*\breq(?:uest)?\.(?:params|query)\b`, "i").test(source)
  );
}

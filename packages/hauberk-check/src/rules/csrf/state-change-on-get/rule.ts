import { guardCookies } from "../../../engine/cookie-guards.ts";
import { chainOf, isSession } from "../../../engine/protections.ts";
import type { Part } from "../../../model/parts.ts";
import { printPath } from "../../../model/path-patterns.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const ACTION =
  /(?:^|[/_-])(delete|remove|destroy|create|update|approve|cancel|transfer|ban|promote|follow|unfollow|like|vote|subscribe|unsubscribe|add|buy|(?:un)?publish|(?:un)?archive|close|(?:un)?block|accept|reject|withdraw|deposit|toggle|discharge|clear)(?:$|[/_-])/i;
const WRITES =
  /\.(?:deleteOne|deleteMany|findByIdAndDelete|findByIdAndRemove|findOneAndDelete|findOneAndRemove|findByIdAndUpdate|findOneAndUpdate|updateOne|updateMany|insertOne|insertMany|destroy|remove|save|bulkCreate|upsert)\s*\(|\.update\s?\(\s?\{|\b(?:DELETE FROM|INSERT INTO|UPDATE \w+ SET)\b/;

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
  app({ view, report }) {
    for (const endpoint of view.endpoints) {
      if (
        endpoint.method !== "get" ||
        !ACTION.test(printPath(endpoint.paths)) ||
        !isAmbient(chainOf(view, endpoint))
      )
        continue;
      const last = endpoint.parts.findLast((part) => part.fn !== undefined);
      if (
        last?.facts !== undefined &&
        writes(last.facts.source.replace(/session\s*\.\s*(?:destroy|save)/g, ""), printPath(endpoint.paths))
      ) {
        report({
          at: endpoint.layer.site,
          message: `GET ${printPath(endpoint.paths)} writes to the database.`,
        });
      }
    }
  },
});

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

import { checkSink, type Sink } from "../../kit/sinks.ts";
import { named } from "../../kit/request-data.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import type { Node } from "../../../parse/ast.ts";

const SINKS: readonly Sink[] = [
  {
    callee:
      /\.(?:query|execute|raw|all|get|run|exec|prepare|each|unsafe|(?:one|many)(?:OrNone)?|none|any|multi|\$queryRawUnsafe|\$executeRawUnsafe|(?:where|having|orderBy|groupBy|select|join|from)Raw)$/,
  },
];

export const rule: Rule = defineRule({
  id: "inject/sql",
  title: "Request data is written into a query",
  severity: "critical",
  confidence: "high",
  cwe: [89],
  asvs: ["1.2.4"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "A quote in the value ends the text and begins the attacker's own SQL.",
  fix: 'Use parameters: `db.query("... WHERE id = ?", [req.params.id])`.',
  visit: {
    CallExpression(node, context) {
      checkSink(node, context, SINKS, ({ text, source, at, related }) => {
        const isFragment = calleeMethod(node).endsWith("Raw");
        if (isFragment || isSql(text) || takesOnlySql(node))
          context.report({ at, message: `${named(source)} is part of the SQL text.`, related });
      });
    },
  },
});

/** `whereRaw` of a query builder takes a piece of SQL, which has no SELECT to know it by. */
const calleeMethod = (node: Node): string => {
  const callee = node.type === "CallExpression" ? node.callee : undefined;
  return callee?.type === "MemberExpression" && callee.property.type === "Identifier"
    ? callee.property.name
    : "";
};

/** What these are given is SQL, whatever it looks like: `prisma.$queryRawUnsafe(req.query.q)`. */
const takesOnlySql = (node: Node): boolean => /^\$(?:query|execute)RawUnsafe$/.test(calleeMethod(node));

function isSql(text: string): boolean {
  return (
    /\b(?:SELECT\s|INSERT\s+INTO|DELETE\s+FROM|WHERE\s)/i.test(text) ||
    (/\bUPDATE\s/i.test(text) && /\sSET\s/i.test(text))
  );
}

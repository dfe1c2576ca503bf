import { checkSink, type Sink } from "../../kit/sinks.ts";
import { named } from "../../kit/request-data.ts";
import { takesPiece } from "./pieces.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import type { Node } from "../../../parse/ast.ts";

const SINKS: readonly Sink[] = [
  {
    callee:
      /\.(?:query|execute|raw|all|get|run|exec|prepare|each|unsafe|(?:one|many)(?:OrNone)?|none|any|multi|\$queryRawUnsafe|\$executeRawUnsafe|\w{1,20}Raw)$/,
  },
  { callee: /(?:^|\.)literal$/, needs: /sequelize/i },
  {
    callee: /\.(?:(?:and|or)?[wW]here|(?:and|or)?[hH]aving|(?:add)?[oO]rderBy|(?:add)?[gG]roupBy)$/,
    needs: /\.createQueryBuilder\(/,
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
      checkSink(node, context, SINKS, (reached) => {
        if (!takesPiece(node, reached, context.module) && !(takesText(node) && isSql(reached.text))) return;
        const { source, at, related } = reached;
        context.report({ at, message: `${named(source)} is part of the SQL text.`, related });
      });
    },
  },
});

/** `repository.where("...")` of a builder is no query, whatever its text looks like. */
const takesText = (node: Node): boolean =>
  node.type === "CallExpression" &&
  !/^(?:(?:and|or)?where|(?:and|or)?having|(?:add)?orderBy|(?:add)?groupBy|literal)$/i.test(
    node.callee.type === "MemberExpression" && node.callee.property.type === "Identifier"
      ? node.callee.property.name
      : "literal",
  );

function isSql(text: string): boolean {
  return (
    /\b(?:SELECT\s|INSERT\s+INTO|DELETE\s+FROM|WHERE\s)/i.test(text) ||
    (/\bUPDATE\s/i.test(text) && /\sSET\s/i.test(text))
  );
}

import { rootPackage, type Value } from "../../../model/values.ts";
import { dataAround } from "../../kit/handed-over.ts";
import { callArguments, calleeName, keyName, type HandlerNames } from "../../kit/nodes.ts";
import { fieldsOf } from "../../kit/objects.ts";
import { named, requestData } from "../../kit/request-data.ts";
import { checkArgument, checkSink, type Sink } from "../../kit/sinks.ts";
import { textsGiven } from "./branches.ts";
import { methodOf, takesPiece } from "./pieces.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import type { Node, t } from "../../../parse/ast.ts";

/** What else has methods of these names: maps, lists, expressions. */
const OF_DATABASES =
  /sql|quer|select|insert|update|delete|where|database|\bdb\b|knex|prisma|sequelize|statement|conn/i;
const RUNS: readonly Sink[] = [
  { callee: /\.(?:query|\$queryRawUnsafe|\$executeRawUnsafe|\w{1,20}Raw)$/ },
  {
    callee: /\.(?:execute|raw|all|get|run|exec|prepare|each|unsafe|(?:one|many)(?:OrNone)?|none|any|multi)$/,
    needs: OF_DATABASES,
  },
];
const SINKS: readonly Sink[] = [
  ...RUNS,
  { callee: /^literal$|(?:^|\.)[sS]equelize\.literal$/, needs: /sequelize/i },
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
  callees: [...SINKS.map((one) => one.callee), /(?:^|\.)(?:query|execute)$/],
  visit: {
    CallExpression(node, context) {
      checkSink(node, context, SINKS, (reached) => {
        const { argument, handler, text, source, at, related } = reached;
        if (
          takesPiece(node, reached, context.module) ||
          (takesText(node) && isSql(text)) ||
          isWhole(node, argument, handler, context)
        )
          context.report({ at, message: `${named(source)} is part of the SQL text.`, related });
      });
      checkBranches(node, context);
      checkObject(node, context);
    },
  },
});

/** A query in a variable that one branch gives this text and another one that: any of them may be sent. */
function checkBranches(node: Node, context: NodeContext): void {
  const [given] = callArguments(node);
  if (
    given?.type !== "Identifier" ||
    !takesText(node) ||
    !RUNS.some(({ callee }) => callee.test(calleeName(node) ?? ""))
  )
    return;
  const handler = dataAround(node, context);
  const texts = handler === undefined ? [] : textsGiven(given.name, handler.fn);
  let isTold = false;
  for (const one of texts)
    checkArgument(node, one, context, ({ text, source, at, related }) => {
      if (isTold || !isSql(text)) return;
      isTold = true;
      context.report({ at, message: `${named(source)} is part of the SQL text.`, related });
    });
}

/** `db.query({ sql: "..." + id })` of mysql, `{ text }` of pg, `{ query }` of Sequelize, written there or in a variable. */
function checkObject(node: Node, context: NodeContext): void {
  const [given] = callArguments(node);
  if (given === undefined || !TAKES_OBJECT.test(calleeName(node) ?? methodOf(node))) return;
  const handler = dataAround(node, context);
  for (const { key, value } of handler === undefined ? [] : fieldsOf(given, handler))
    if (TEXT_OF_QUERY.test(keyName(key)))
      checkArgument(node, value, context, ({ text, source, at, related }) => {
        if (isStatement(text))
          context.report({ at, message: `${named(source)} is part of the SQL text.`, related });
      });
}

const TAKES_OBJECT = /(?:^|\.)(?:query|execute)$/;
const TEXT_OF_QUERY = /^(?:sql|text|query)$/;

/** `repository.where("...")` of a builder is no query, whatever its text looks like. */
const takesText = (node: Node): boolean =>
  !/^(?:|(?:and|or)?where|(?:and|or)?having|(?:add)?orderBy|(?:add)?groupBy|literal)$/i.test(methodOf(node));

const DATABASES =
  /^(?:sqlite3|better-sqlite3|node:sqlite|mysql2?(?:\/promise)?|pg|pg-promise|mariadb|mssql|oracledb|sequelize)$/;

/** `db.all(req.body.query)`: all of the SQL is the client's, given to what is known to be a database. */
function isWhole(node: Node, argument: t.Node, handler: HandlerNames, { value }: NodeContext): boolean {
  const holder = node.type === "CallExpression" ? node.callee : undefined;
  return (
    holder?.type === "MemberExpression" &&
    requestData(argument, handler) !== undefined &&
    isConnection(value(holder.object))
  );
}

/** What was opened itself: a statement, which takes values, is what a method of it gives. */
function isConnection(given: Value): boolean {
  if (given.k !== "call" || !DATABASES.test(rootPackage(given)?.name ?? "")) return false;
  const { callee } = given;
  return callee.k === "pkg"
    ? OPENS.test(callee.path.at(-1) ?? "Database")
    : callee.k === "member" && OPENS.test(callee.name);
}

const OPENS = /^(?:Database|DatabaseSync|Sequelize|Client|Pool|createConnection|createPool|connect|default)$/;

const isSql = (text: string): boolean => /\bWHERE\s/i.test(text) || isStatement(text);

function isStatement(text: string): boolean {
  return (
    /\b(?:SELECT\s|INSERT\s+INTO|DELETE\s+FROM)/i.test(text) ||
    (/\bUPDATE\s/i.test(text) && /\sSET\s/i.test(text))
  );
}

import { parentOf, type t } from "../../../parse/ast.ts";
import { isNeverInProduction } from "../../kit/in-production.ts";
import { calleeName } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import { checkFormat } from "./formats.ts";
import { checkDebug } from "./mongoose.ts";
import { isMadeLogger, writtenToLog } from "./own-loggers.ts";
import { secretIn } from "./secret-in.ts";
import { shown } from "./shown.ts";

const LOGGER =
  /^(?:log|logger|debug|console\.(?:log|info|debug|warn|error|dir|trace|table)|(?:(?:this|req)\.)?(?:[lL]ogger|log|winston|pino|bunyan)\.(?:info|http|debug|trace|warn|error|fatal|log|verbose|silly))$/;
/** `const log = logger(config)` makes one; `logger(config)` on a line of its own writes. */
const MAKER = /^(?:log|logger|debug)$/;

function isResultUsed(call: t.Node): boolean {
  const up = parentOf(call);
  switch (up?.type) {
    case "VariableDeclarator":
    case "AssignmentExpression":
    case "MemberExpression":
    case "ObjectProperty":
    case "ClassProperty":
    case "ExportDefaultDeclaration":
    case "CallExpression":
    case "NewExpression":
      return true;
    default:
      return false;
  }
}

export const rule: Rule = defineRule({
  id: "secret/logged",
  title: "A secret is written to the log",
  severity: "medium",
  confidence: "high",
  cwe: [532],
  asvs: ["16.2.5"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Logs are copied, indexed and read by more people than the database, and kept for longer.",
  fix: "Leave it out, or log a hash or its length.",
  call: {
    names: ["morgan", "morgan.token", "mongoose.set", "mongoose.default.set"],
    run: (call, context) => {
      if (call.name.startsWith("mongoose")) checkDebug(call, context);
      else checkFormat(call, context);
    },
  },
  callees: [
    LOGGER,
    /\.(?:info|http|debug|trace|warn|error|fatal|log|verbose|silly)$/,
    /log|audit|appendFile/i,
  ],
  visit: {
    CallExpression(node, context) {
      if (node.type !== "CallExpression") return;
      const name = calleeName(node) ?? "";
      const isNamed = LOGGER.test(name) && !(MAKER.test(name) && isResultUsed(node));
      const written = isNamed || isMadeLogger(node, context) ? node.arguments : writtenToLog(node, context);
      const secret = written
        .flatMap((one) => shown(one, context.module))
        .map((one) => secretIn(one, context))
        .find((one) => one !== undefined);
      if (secret !== undefined && !isNeverInProduction(node, context.module, context.program))
        context.report({ at: { module: context.module, node }, message: `${secret} is logged.` });
    },
  },
});

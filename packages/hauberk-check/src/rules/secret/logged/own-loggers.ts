import type { t } from "../../../parse/ast.ts";
import { alternatives } from "../../../model/alternatives.ts";
import { rootPackage } from "../../../model/values.ts";
import { importsAny } from "../../kit/mentions.ts";
import { callArguments, calleeName, keyName, sourceText } from "../../kit/nodes.ts";
import type { NodeContext } from "../../rule.ts";

const NONE: readonly t.Node[] = [];

/** What `fs.appendFile("audit.log", line)` and a function of the project that does so, `audit(line)`, write down. */
export function writtenToLog(node: t.CallExpression, context: NodeContext): readonly t.Node[] {
  const name = calleeName(node) ?? "";
  if (/^(?:fs(?:\.promises)?|fsp)\.appendFile(?:Sync)?$/.test(name)) {
    const [file, text] = callArguments(node);
    return file !== undefined && text !== undefined && isLogFile(file, context) ? [text] : NONE;
  }
  return OWN.test(name) && isOwnLogger(node.callee, context) ? callArguments(node) : NONE;
}

const PACKAGES = /^(?:pino|winston|bunyan|log4js|loglevel|consola|signale|tslog|tracer|roarr)$/;
const METHOD = /^(?:info|http|debug|trace|warn|error|fatal|log|verbose|silly)$/;

/** `audit.info(...)` of `const audit = pino()`, whatever it is called. */
export function isMadeLogger({ callee }: t.CallExpression, { program, value }: NodeContext): boolean {
  if (callee.type !== "MemberExpression" || !METHOD.test(keyName(callee.property))) return false;
  if (!importsAny(program, PACKAGES)) return false;
  return alternatives(value(callee.object)).some((one) => PACKAGES.test(rootPackage(one)?.name ?? ""));
}

const isLogFile = (file: t.Node, { module }: NodeContext): boolean => /log\b/i.test(sourceText(module, file));

const OWN =
  /^(?:(?:write|add|append|save)?_?(?:audit|log)(?:_?(?:event|line|message|entry|action|audit|info|debug|to_?file))?)$/i;

/** A function of the project that adds what it is given to a file or prints it. */
const isOwnLogger = (callee: t.Node, { value }: NodeContext): boolean =>
  alternatives(value(callee)).some(
    (one) =>
      one.k === "fn" &&
      /\bappendFile|\.log\(|\.info\(|\bwrite\(/.test(sourceText(one.module, one.node)) &&
      !/redact|mask|replace\(|omit|sanit|delete /i.test(sourceText(one.module, one.node)),
  );

import { alternatives } from "../../../model/alternatives.ts";
import { rootPackage, type Value } from "../../../model/values.ts";
import { ancestors, enclosingFunction, isFunction, type t } from "../../../parse/ast.ts";
import { calleeName, chainedCalls, keyName, sourceText } from "../../kit/nodes.ts";
import { mentions } from "../../kit/mentions.ts";
import type { NodeContext } from "../../rule.ts";
import { isQueryName } from "../../kit/queries.ts";
import { originOf, walkTried, type Origin } from "./origin.ts";
import { partsOfAnswer } from "./parts-held.ts";
import { errorSent, isMadeText, messageSent } from "./parts-sent.ts";

/** What the message of an error in an answer tells, where it is not the app's own. */
export function showsInnerError(answer: t.CallExpression, context: NodeContext): string | undefined {
  const isFault = FAULT.test(sourceText(context.module, answer.callee));
  for (const one of partsOfAnswer(answer, context.module)) {
    const told = toldBy(one, answer, isFault, context);
    if (told !== undefined) return told;
  }
  return undefined;
}

/** The same of what a helper gave back. */
export const toldByHelper = (part: t.Node, context: NodeContext): string | undefined =>
  toldBy(part, part, false, context);

/** An answer that says the fault is the server's; a 502 is as often a test of a connection that somebody has asked for. */
const FAULT = /\.(?:status|code)\(\s?(?:["']?500|\w{1,40}\.INTERNAL_SERVER_ERROR)/;

function toldBy(part: t.Node, answer: t.Node, isFault: boolean, context: NodeContext): string | undefined {
  if (part.type === "Identifier" && part.name === "stderr")
    return (isFault || isAfterFailure(part, answer)) && isOf(COMMANDS, originOf(answer, "stderr"), context)
      ? SAID.stderr
      : undefined;
  const message = messageSent(part);
  const name = message ?? errorSent(part);
  const origin = name === undefined ? undefined : originOf(part, name);
  if (name === undefined || origin === undefined || isOwn(origin, context)) return undefined;
  if (isOf(FILES, origin, context)) return SAID.file;
  if (isOf(COMMANDS, origin, context)) return SAID.command;
  if (message === undefined && isOf(TOKENS, origin, context)) return SAID.token;
  if (message === undefined && isOf(REQUESTS, origin, context)) return SAID.request;
  return isFault &&
    (message !== undefined || isMadeText(part)) &&
    !isAskedFor(name, answer, origin, context) &&
    isOfOthers(origin, context)
    ? SAID.any
    : undefined;
}

const SAID = {
  file: "The answer contains an error of the file system, which names the path.",
  command: "The answer contains the error of a command, which names the command.",
  stderr: "The answer contains what a command that failed has written.",
  token: "The answer contains an error of the token library as it came.",
  request: "The answer contains the error of a request that the server made.",
  any: "The answer contains the message of whatever error came.",
} as const;

/** `if (stderr) res.send(stderr)`: where a command that went well has nothing to say. */
const isAfterFailure = (part: t.Node, answer: t.Node): boolean =>
  answer.type === "CallExpression" &&
  answer.arguments.length === 1 &&
  answer.arguments[0] === part &&
  ancestors(answer).some(
    (up) =>
      up.type === "IfStatement" &&
      up.test.type === "Identifier" &&
      /^(?:stderr|err|error)$/.test(up.test.name),
  );

interface Kind {
  readonly callee: RegExp;
  readonly needs: RegExp;
}

const FILES: Kind = {
  callee:
    /^(?:(?:fs|fsp|fse|fsPromises|fsExtra|promises|_?res|response)\.(?:promises\.)?)?(?:readFile|writeFile|appendFile|unlink|readdir|mkdir|rmdir|stat|lstat|access|copyFile|rename|realpath|sendFile|download)(?:Sync)?$|\.mv$/,
  needs: /\bfs\b|fs-extra|sendFile|\.download|express-fileupload/,
};
const COMMANDS: Kind = {
  callee: /^(?:(?:child_process|childProcess|cp|child)\.)?exec(?:File)?(?:Sync|Async|Promise|P)?$/,
  needs: /child_process/,
};
/** What is wrong with a token is told word for word: "invalid signature", "jwt audience invalid. expected: ...". */
const TOKENS: Kind = { callee: /^(?:jwt|JWT|jsonwebtoken)\.(?:verify|sign)$/, needs: /["']jsonwebtoken["']/ };
/** Such an error holds the address, and axios puts the headers that were sent beside it. */
const REQUESTS: Kind = {
  callee: /^(?:request|axios|needle|superagent)(?:\.(?:get|post|put|patch|delete|head|request))?$/,
  needs: /["'](?:request|axios|needle|superagent)["']/,
};

function isOf(kind: Kind, origin: Origin | undefined, { module }: NodeContext): boolean {
  if (origin === undefined || !mentions(module, kind.needs)) return false;
  if (origin.kind === "callback")
    return (
      (origin.at === 0 || kind === COMMANDS) && chainedCalls(origin.call).some((one) => isCallOf(kind, one))
    );
  let found = false;
  walkTried(origin.block, (node) => {
    found ||= isCallOf(kind, node) && !tellsElsewhere(node);
    return !isFunction(node);
  });
  return found;
}

/** `fs.readFile(file, (error) => ...)` and `res.sendFile(file)` hand their error to the callback and to `next`, never to a `catch`. */
const tellsElsewhere = (node: t.Node): boolean => {
  if (node.type !== "CallExpression") return false;
  const last = node.arguments.at(-1);
  return (last !== undefined && isFunction(last)) || /\.(?:sendFile|download)$/.test(calleeName(node) ?? "");
};

const isCallOf = ({ callee }: Kind, node: t.Node): boolean => callee.test(calleeName(node) ?? "");

/** What is tried makes errors of its own, whose messages may be meant for the client. */
const isOwn = (origin: Origin, { module }: NodeContext): boolean =>
  MAKES_ERRORS.test(sourceText(module, origin.kind === "caught" ? origin.block : origin.call));

const MAKES_ERRORS = /\bthrow\b|\bnew \w{0,40}Error\(|\breject\(|\bcreateError\(/;
const CHECKS = /\b(?:assert|invariant|validate\w{0,40})\(|\.(?:parse|validate)\(|[sS]chema\b/;

/** `if (error instanceof OrderError) return res.status(500).json({ error: error.message })`. */
function isAskedFor(name: string, answer: t.Node, origin: Origin, { module }: NodeContext): boolean {
  let inner = answer;
  for (const up of ancestors(answer)) {
    if (up === origin.within) return false;
    if (up.type === "IfStatement" && up.consequent === inner && asks(sourceText(module, up.test), name))
      return true;
    if (up.type === "SwitchCase") return true;
    inner = up;
  }
  return false;
}

/** More than whether there is one. */
const asks = (test: string, name: string): boolean =>
  test.includes(`${name}.`) || test.includes(`${name}?.`) || /instanceof (?!Error\b)/.test(test);

/** Everything that may fail there is of a package, or of functions of the project that make no errors. */
function isOfOthers(origin: Origin, context: NodeContext): boolean {
  if (origin.kind === "callback")
    return (
      origin.at === 0 &&
      chainedCalls(origin.call).every((one) => isFollowUp(one) || isOfPackage(one, context))
    );
  if (CHECKS.test(sourceText(context.module, origin.block))) return false;
  let calls = 0;
  let isAll = true;
  walkTried(origin.block, (node) => {
    if (node.type !== "AwaitExpression" || node.argument.type !== "CallExpression") return !isFunction(node);
    calls += 1;
    isAll &&= calls <= MAX_CALLS && chainedCalls(node.argument).some((one) => isOfPackage(one, context));
    return true;
  });
  return calls > 0 && isAll;
}

const MAX_CALLS = 12;

const isFollowUp = ({ callee }: t.CallExpression): boolean =>
  callee.type === "MemberExpression" && /^(?:then|catch|finally)$/.test(keyName(callee.property));

function isOfPackage(node: t.CallExpression, { program, module }: NodeContext): boolean {
  if (node.callee.type === "MemberExpression" && isQueryName(keyName(node.callee.property))) return true;
  const valuesOf = (one: t.Node): readonly Value[] => alternatives(program.valueAt(module, one));
  // `async.map(files, check, callback)`: the errors are those of `check`.
  const given = node.arguments.filter((one) => one.type === "Identifier");
  if (given.some((one) => valuesOf(one).some(({ k }) => k === "fn"))) return false;
  return valuesOf(node.callee).every((one) =>
    one.k === "fn"
      ? !MAKES_ERRORS.test(sourceText(one.module, one.node)) && enclosingFunction(one.node) === undefined
      : isOfItsOwn(rootPackage(one)?.name),
  );
}

/** A package that runs functions it is given hands on what they say. */
const isOfItsOwn = (name: string | undefined): boolean => name !== undefined && !RUNS_OTHERS.test(name);
const RUNS_OTHERS = /^(?:(?:neo-)?async|bluebird|q|p-[a-z-]{1,40}|express-async-handler)$/;

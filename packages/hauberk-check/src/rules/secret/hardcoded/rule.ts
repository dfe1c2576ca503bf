import { inProduction } from "../../../model/alternatives.ts";
import { property } from "../../../model/properties.ts";
import type { Program } from "../../../model/program.ts";
import { nameOf, rootPackage, UNDEFINED } from "../../../model/values.ts";
import { isDatabaseSettings } from "../../../files/kinds.ts";
import type { Node, t } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { isCompose, isForDevelopment } from "../../kit/docker.ts";
import { importsAny } from "../../kit/mentions.ts";
import { plainText } from "../../kit/nodes.ts";
import { isVariableDemanded, literalSecrets, NOT_KEPT } from "../../kit/secrets.ts";
import { describeSecret } from "../../known-secrets.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { accountPassword, madeAccount } from "./accounts.ts";
import { addressLiteral, hostWithPassword, localAddress } from "./addresses.ts";
import { keyOfClient } from "./clients.ts";
import { comparedLiteral } from "./compared.ts";
import { fileSecrets } from "./files.ts";
import { CALLS, checkGiven, hasPassword } from "./given.ts";
import { namedSecret } from "./named.ts";
import { seededIn } from "./seeded.ts";
import { wordedSecret } from "./worded.ts";

const TOKENS =
  /^(?:sk_live_\w{16,}|AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|xox[abp]-[\w-]{20,}|SG\.[\w-]{20,}\.[\w-]{20,})$/;

export const rule: Rule = defineRule({
  id: "secret/hardcoded",
  title: "A secret stands in the source",
  severity: "high",
  confidence: "high",
  cwe: [798],
  asvs: ["13.3.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Everyone who can read the repository, a backup or an image layer can sign tokens or open the database.",
  fix: "Read it from the environment or a vault, refuse to start without it, and replace the one that was published.",
  call: {
    names: CALLS,
    run: checkGiven,
  },
  visit: {
    VariableDeclarator: checkLiteral,
    ObjectProperty: checkLiteral,
    AssignmentExpression: checkLiteral,
    ClassProperty: checkLiteral,
    ClassPrivateProperty: checkLiteral,
    AssignmentPattern: checkLiteral,
    TSEnumMember: checkLiteral,
    LogicalExpression: checkWord,
    ConditionalExpression: checkWord,
    CallExpression: checkWord,
    BinaryExpression: checkCompared,
    NewExpression: checkAccount,
  },
  file(context) {
    if (isCompose(context.path) && isForDevelopment(context)) return;
    if (isDatabaseSettings(context.path) && !importsAny(context.program, /^sequelize(?:-typescript)?$/))
      return;
    for (const { start, end, what, text } of fileSecrets(context.path, context.text))
      context.report({
        at: context.place(start, end),
        message: text === "" ? `${what}.` : `${what}, ${describeSecret(text)}.`,
      });
  },
});

/** What a node gives to a name. */
function valueGiven(node: Node): t.Node | null | undefined {
  switch (node.type) {
    case "VariableDeclarator":
      return node.init;
    case "TSEnumMember":
      return node.initializer;
    case "AssignmentExpression":
    case "AssignmentPattern":
      return node.right;
    case "ObjectProperty":
    case "ClassProperty":
    case "ClassPrivateProperty":
      return node.value;
    default:
      return undefined;
  }
}

/** A text, or a choice that may end in one: nothing else is a literal. */
const TEXTS: ReadonlySet<string> = new Set(["StringLiteral", "TemplateLiteral", "LogicalExpression"]);

function checkLiteral(node: Node, context: NodeContext): void {
  const { module, report: say } = context;
  const value = valueGiven(node);
  if (!TEXTS.has(value?.type ?? "")) {
    checkSeeded(node, context);
    return;
  }
  if (value?.type === "StringLiteral" && TOKENS.test(value.value)) {
    say({ at: { module, node }, message: "This literal has the form of a live key." });
    return;
  }
  const password = NOT_KEPT.test(module.path) ? undefined : accountPassword(node);
  if (password !== undefined) {
    say({
      at: { module, node: password },
      message: `The password of an account, ${describeSecret(password.value)}.`,
    });
    return;
  }
  const address = addressLiteral(node, module.path);
  if (address !== undefined) {
    say({ at: { module, node: address }, message: hasPassword(hostWithPassword(address.value) ?? "") });
    return;
  }
  const local = localAddress(node, module.path);
  if (local !== undefined) {
    say({
      at: { module, node: local },
      severity: "low",
      message: "The address of a database on this machine contains its password.",
    });
    return;
  }
  const named = namedSecret(node, module.path);
  if (named === undefined) {
    checkWord(node, context);
    return;
  }
  if (sessionSecrets(context.program).has(named)) return;
  say({
    at: { module, node: named },
    message: `By its name and its look this literal is a secret, ${describeSecret(named.value)}.`,
  });
}

function checkSeeded(node: Node, { module, report: say }: NodeContext): boolean {
  const seeded = seededIn(module);
  if (seeded?.node !== node) return false;
  say({
    at: seeded.at,
    message: `The database begins with an account whose password stands here, ${describeSecret(seeded.text)}.`,
  });
  return true;
}

function checkWord(node: Node, context: NodeContext): void {
  if (checkSeeded(node, context) || (node.type === "CallExpression" && !isText(node.arguments[1]))) return;
  const { module, program, report: say } = context;
  const worded = wordedSecret(node, module.path);
  if (worded === undefined || sessionSecrets(program).has(worded.literal)) return;
  const { literal, kind, text, variable } = worded;
  if (variable !== undefined && isVariableDemanded(variable, program)) return;
  const when = variable === undefined ? "" : `, used when ${variable} is not set`;
  say({
    at: { module, node: literal },
    message: `By its name this literal is a ${kind === "key" ? "key or token" : kind}, ${describeSecret(text)}${when}.`,
  });
}

const isText = (node: t.Node | undefined): boolean => node !== undefined && plainText(node) !== undefined;

/** `new Mailer({ apiKey: "..." })`: whatever the words in it, the service takes it. */
function checkClient(node: Node, context: NodeContext): void {
  const key = keyOfClient(node, context);
  if (key === undefined) return;
  context.report({
    at: key.at,
    message: `A client is given its key as a literal, ${describeSecret(key.text)}.`,
    ...(key.isAnnounced && { severity: "low" }),
  });
}

function checkAccount(node: Node, context: NodeContext): void {
  checkClient(node, context);
  const password = madeAccount(node, context);
  if (password === undefined) return;
  context.report({
    at: { module: context.module, node: password },
    message: `The password of an account, ${describeSecret(password.value)}.`,
  });
}

function checkCompared(node: Node, context: NodeContext): void {
  const compared = comparedLiteral(node, context);
  if (compared === undefined) return;
  context.report({
    at: compared.at,
    message: `What was sent is compared with a literal, ${describeSecret(compared.text)}.`,
  });
}

/** Literals that sign a session: they have a rule of their own. */
const sessionSecrets = remembered((program: Program): ReadonlySet<t.Node> => {
  const calls = program.machine.calls.filter(({ call }) => {
    const from = rootPackage(call.callee);
    return from !== undefined && /session/.test(nameOf(from));
  });
  return new Set(
    calls
      .flatMap(({ call }) =>
        ["secret", "keys"].map((name) => property(inProduction(call.args[0] ?? UNDEFINED), name)),
      )
      .flatMap((value) => literalSecrets(value))
      .flatMap(({ site }) => (site === undefined ? [] : [site.node])),
  );
});

import { inProduction } from "../../../model/alternatives.ts";
import { property } from "../../../model/properties.ts";
import type { Program } from "../../../model/program.ts";
import { nameOf, rootPackage, UNDEFINED, type Value } from "../../../model/values.ts";
import { parentOf, type Node, type t } from "../../../parse/ast.ts";
import {
  isDemanded,
  isVariableDemanded,
  literalSecrets,
  NOT_KEPT,
  variablesOf,
  type LiteralSecret,
} from "../../kit/secrets.ts";
import { literals, option, optionsOf } from "../../kit/options.ts";
import { describeSecret, isKnownSecret, isPlaceholder } from "../../known-secrets.ts";
import { isCompose, isForDevelopment } from "../../kit/docker.ts";
import { accountPassword } from "./accounts.ts";
import { addressLiteral, hostWithPassword, isFoundThere } from "./addresses.ts";
import { comparedLiteral } from "./compared.ts";
import { fileSecrets } from "./files.ts";
import { namedSecret } from "./named.ts";
import { PLACES } from "./places.ts";
import { seededIn } from "./seeded.ts";
import { wordedSecret } from "./worded.ts";
import {
  ALL_EXPRESS,
  defineRule,
  type Context,
  type NodeContext,
  type PackageCall,
  type Rule,
} from "../../rule.ts";
import { remembered } from "../../../remembered.ts";

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
    names: [
      ...Object.keys(PLACES),
      "mongoose.connect",
      "mongoose.createConnection",
      "mongodb.MongoClient",
      "mongodb.MongoClient.connect",
      "connect-mongo",
      "connect-mongo.create",
      "connect-mongo.default.create",
      "mongojs",
      "monk",
      "redis.createClient",
      "ioredis",
      "amqplib.connect",
      "amqplib/callback_api.connect",
      "amqp-connection-manager.connect",
      "bull",
    ],
    run(call, context) {
      if (isFileDatabase(call)) return;
      for (const [at, name] of PLACES[call.name] ?? []) {
        const options = optionsOf(call, at);
        report(call, context, name === undefined ? options : property(options, name));
      }
      if (call.name === "express-basic-auth")
        for (const one of basicPasswords(call)) report(call, context, one);
      for (const arg of call.args.flatMap(withAddresses)) reportUrl(call, context, arg);
    },
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
  },
  file(context) {
    if (isCompose(context.path) && isForDevelopment(context)) return;
    for (const { start, end, what, text } of fileSecrets(context.path, context.text))
      context.report({
        at: context.place(start, end),
        message: `${what}, ${describeSecret(text)}.`,
      });
  },
});

function checkLiteral(node: Node, context: NodeContext): void {
  const { module, report: say } = context;
  const value =
    node.type === "VariableDeclarator" ? node.init : node.type === "ObjectProperty" ? node.value : undefined;
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

function checkWord(node: Node, { module, program, report: say }: NodeContext): void {
  const seeded = seededIn(module);
  if (seeded?.node === node) {
    say({
      at: seeded.at,
      message: `The database begins with an account whose password stands here, ${describeSecret(seeded.text)}.`,
    });
    return;
  }
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

function report(call: PackageCall, context: Context, value: Value): void {
  const seen = literalSecrets(value).filter(
    (one) => one.text.length > 0 && !isPlaceholder(one.text) && !isKey(one.text),
  );
  for (const secret of seen) {
    if (secret.isFallback && isDemanded(value, context.program)) continue;
    // A key of an HMAC is no secret where it only names a cache entry; one the environment calls a secret is.
    if (
      call.name === "crypto.createHmac" &&
      (secret.text.length < 4 || namesEntries(secret) || (secret.isFallback && !isCalledSecret(value)))
    )
      continue;
    const known = isKnownSecret(secret.text) ? " and on the list of published ones" : "";
    const when = secret.isFallback ? ", used when the environment variable is not set" : "";
    context.report({
      at: secret.site ?? call.site,
      message: `The secret of ${call.name} is a literal, ${describeSecret(secret.text)}${known}${when}.`,
    });
  }
}

/** The passwords of `basicAuth({ users: { name: password } })`. */
function basicPasswords(call: PackageCall): readonly Value[] {
  const users = property(optionsOf(call, 0), "users");
  return users.k === "obj" ? [...users.props.values()] : [];
}

/** An argument, and what it has under the names that packages give an address. */
function withAddresses(arg: Value): readonly Value[] {
  return [arg, ...ADDRESSES.map((name) => property(inProduction(arg), name))];
}

const ADDRESSES: readonly string[] = ["connectionString", "connection", "uri", "url", "mongoUrl", "host"];

function reportUrl(call: PackageCall, context: Context, arg: Value): void {
  for (const { text, site } of literalSecrets(inProduction(arg))) {
    const host = hostWithPassword(text);
    if (host === undefined || (site !== undefined && isFoundThere(site.node, site.module.path))) continue;
    context.report({ at: site ?? call.site, message: hasPassword(host) });
  }
}

const hasPassword = (host: string): string => `The address of ${host} contains a password.`;

/** `new Sequelize("database", "user", "password", { dialect: "sqlite" })`: a file has no password. */
const isFileDatabase = (call: PackageCall): boolean =>
  call.name.startsWith("sequelize") &&
  call.args.some((_, at) => literals(option(call, "dialect", at)).some((one) => one.text === "sqlite"));

/** A key in PEM form has a rule of its own. */
const isKey = (text: string): boolean => text.includes("PRIVATE KEY-----");

/** `"thumbs:cache-key:v1"`, or whatever is kept in `CACHE_KEY_SALT`: it tells one use of hashes from another. */
function namesEntries({ text, site }: LiteralSecret): boolean {
  const holder = site === undefined ? undefined : parentOf(site.node);
  const name = holder?.type === "VariableDeclarator" && holder.id.type === "Identifier" ? holder.id.name : "";
  return /cache|fingerprint|etag|dedup/i.test(`${text} ${name}`);
}

/** `process.env.WEBHOOK_SECRET || "..."`. */
const isCalledSecret = (value: Value): boolean =>
  variablesOf(inProduction(value)).some((name) => /SECRET|SIGNING/i.test(name));

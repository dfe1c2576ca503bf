import { inProduction } from "../../../model/alternatives.ts";
import { property } from "../../../model/properties.ts";
import type { Value } from "../../../model/values.ts";
import { parentOf } from "../../../parse/ast.ts";
import { isDemanded, literalSecrets, variablesOf, type LiteralSecret } from "../../kit/secrets.ts";
import { literals, option, optionsOf } from "../../kit/options.ts";
import { describeSecret, isKnownSecret, isPlaceholder } from "../../known-secrets.ts";
import { hostWithPassword, isFoundThere } from "./addresses.ts";
import { PLACES } from "./places.ts";
import type { Context, PackageCall } from "../../rule.ts";

/** What takes a secret, or an address with one. */
export const CALLS: readonly string[] = [
  ...Object.keys(PLACES),
  "connect-mongo",
  "connect-mongo.create",
  "connect-mongo.default.create",
  "mongojs",
  "monk",
  "amqplib.connect",
  "amqplib/callback_api.connect",
  "amqp-connection-manager.connect",
  "bull",
];

/** A literal that one of these calls is given. */
export function checkGiven(call: PackageCall, context: Context): void {
  if (isFileDatabase(call)) return;
  for (const [at, name] of PLACES[call.name] ?? []) {
    const options = optionsOf(call, at);
    report(call, context, name === undefined ? options : property(options, name));
  }
  if (call.name === "express-basic-auth") for (const one of basicPasswords(call)) report(call, context, one);
  for (const arg of call.args.flatMap(withAddresses)) reportUrl(call, context, arg);
}

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

export const hasPassword = (host: string): string => `The address of ${host} contains a password.`;

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

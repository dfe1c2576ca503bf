import { alternatives } from "../../../model/alternatives.ts";
import { isKnown, type Value } from "../../../model/values.ts";
import { callArguments, sourceText } from "../../kit/nodes.ts";
import { literals, option, optionSite, optionsOf } from "../../kit/options.ts";
import { isOlder } from "../../kit/semver.ts";
import { ownKey } from "./own-key.ts";
import { ALL_EXPRESS, defineRule, type Context, type PackageCall, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "jwt/none-or-any-alg",
  title: "A token decides by itself how it is verified",
  severity: "critical",
  confidence: "high",
  cwe: [347],
  asvs: ["9.1.2"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "With `none` allowed a token needs no signature; with any algorithm allowed a public key can serve as an HMAC secret.",
  fix: 'Pin it: `jwt.verify(token, key, { algorithms: ["HS256"] })`.',
  call: {
    names: [
      "jsonwebtoken.verify",
      "jsonwebtoken.sign",
      "express-jwt",
      "express-jwt.expressjwt",
      "express-jwt.jwt",
    ],
    run(call, context) {
      if (call.name === "jsonwebtoken.sign") checkSign(call, context);
      else if (call.name === "jsonwebtoken.verify") check(call, context, 2);
      else check(call, context, 0);
    },
  },
});

function checkSign(call: PackageCall, context: Context): void {
  const none = literals(option(call, "algorithm", 2)).find((one) => one.text.toLowerCase() === "none");
  if (none !== undefined)
    context.report({
      at: none.site ?? call.site,
      message: "Tokens are signed with `none`, that is, not at all.",
    });
}

function check(call: PackageCall, context: Context, at: number): void {
  const field = call.name === "jsonwebtoken.verify" ? ownKey(call) : undefined;
  if (field !== undefined) {
    context.report({
      at: call.site,
      message: `The key is the one that the token names itself, in \`${field}\` of its header.`,
      fix: "Verify with keys that the server has chosen, looked up by `kid` in a list of its own.",
    });
    return;
  }
  const options = optionsOf(call, at);
  const algorithms = option(call, "algorithms", at);
  const none = literals(algorithms).find((one) => one.text.toLowerCase() === "none");
  if (none !== undefined)
    context.report({ at: none.site ?? call.site, message: "`none` is among the accepted algorithms." });
  if (none === undefined && isConfusable(call, algorithms, context)) {
    context.report({
      at: optionSite(call, "algorithms", at),
      message: "With HS256 among them, the public key that everybody has serves as the secret.",
    });
    return;
  }
  const isMissing =
    options.k === "fn" ||
    isKnown(options, undefined) ||
    (options.k === "obj" && isKnown(algorithms, undefined));
  if (none === undefined && isMissing && !isPlainSecret(call, context))
    context.report({
      at: call.site,
      message:
        literals(option(call, "algorithm", at)).length === 0
          ? "No `algorithms` are pinned."
          : "No `algorithms` are pinned: verify() has no option `algorithm`.",
      severity: choosesByKey(call, context) ? "info" : "low",
    });
}

/** `["RS256", "HS256"]` beside a public key: since 9.0 jsonwebtoken refuses that itself. */
function isConfusable(call: PackageCall, algorithms: Value, { program }: Context): boolean {
  const names = literals(algorithms).map(({ text }) => text);
  if (!names.some((one) => /^HS\d/.test(one)) || !names.some((one) => /^[REP]S\d/.test(one))) return false;
  const [, key] = callArguments(call.site.node);
  const isPublic = key !== undefined && /pub|cert|pem|x509/i.test(sourceText(call.site.module, key));
  const version = program.packages.versionOf("jsonwebtoken", call.site.module.path);
  return call.name === "jsonwebtoken.verify" && isPublic && isOlder(version, "9.0.0") === true;
}

/** Given a text that is no key in PEM, jsonwebtoken takes HMAC alone, and refuses `none` by itself since 5.0. */
function isPlainSecret(call: PackageCall, { program }: Context): boolean {
  const [, key] = call.args;
  if (call.name !== "jsonwebtoken.verify" || key === undefined) return false;
  if (isOlder(program.packages.versionOf("jsonwebtoken", call.site.module.path), "5.0.0") === true)
    return false;
  return alternatives(key).every(
    (one) => one.k === "prim" && typeof one.v === "string" && !one.v.includes("-----BEGIN"),
  );
}

/** Since 9.0 jsonwebtoken allows only what fits the kind of key: a missing pin rather than an open door. */
function choosesByKey(call: PackageCall, { program }: Context): boolean {
  const version = program.packages.versionOf("jsonwebtoken", call.site.module.path);
  return call.name === "jsonwebtoken.verify" && isOlder(version, "9.0.0") === false;
}

import { isPassword } from "../../kit/password-words.ts";
import { callArguments, calleeName, dotted, keyName } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";
import { chosenByCalls } from "./by-algorithm.ts";
import { fewRounds } from "./rounds.ts";
import { handedIn } from "./handed-in.ts";
import { noHash } from "./own-hash.ts";
import { codeOf, type Module } from "../../../model/module.ts";
import { UNDEFINED, type Site, type Value } from "../../../model/values.ts";
import { remembered } from "../../../remembered.ts";
import { declaredIn } from "../../kit/declarations.ts";
import { enclosingFunction, type Node, type t } from "../../../parse/ast.ts";

export const rule: Rule = defineRule({
  id: "auth/weak-password-hash",
  title: "A password is kept as a fast hash",
  severity: "high",
  confidence: "medium",
  cwe: [916],
  asvs: ["11.4.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Whoever gets the table tries billions of passwords a second on one graphics card; most accounts are open within a day.",
  fix: "Use a slow hash made for passwords: crypto.argon2 or scrypt with a salt for each, or bcrypt.",
  callees: [
    /(?:^|\.)(?:hash|genSalt|pbkdf2)(?:Sync)?$/,
    /^btoa$|\.(?:toString|charCodeAt|codePointAt|update)$/,
    /^(?:CryptoJS\.|crypto\.)?(?:md5|sha1|sha256|sha512)$/i,
  ],
  visit: { CallExpression: check },
});

function check(node: Node, context: NodeContext): void {
  const few = fewRounds(node, context);
  if (few !== undefined) context.report({ at: { module: context.module, node }, ...few });
  if (node.type !== "CallExpression") return;
  const none = noHash(node, context);
  if (none !== undefined) context.report({ at: { module: context.module, node }, ...none });
  const hashed = hashedBy(node, context.value);
  if (hashed === undefined) {
    checkChosen(node, context);
    return;
  }
  const texts = textsIn(hashed.value).map(passwordUnder);
  const by = texts.some(isPassword) ? [] : callsWith(texts, context);
  // A slow hash may come after it, a leaked one is looked up by SHA-1, and HTTP's digest is MD5 by its specification.
  if (by === undefined || [context, ...by].some(({ module }) => isElsewhere(module))) return;
  context.report({
    at: { module: context.module, node },
    message: `${hashed.name} of a password takes no time to try again.`,
    related: by.map((at) => ({ at, message: "A password is handed over here." })),
  });
}

/** The algorithm is the caller's choice. */
function checkChosen(node: t.CallExpression, context: NodeContext): void {
  const [value] = node.arguments;
  const hash = value === undefined ? undefined : hashUpdated(node);
  const [algorithm] = hash === undefined ? [] : callArguments(hash);
  if (value === undefined || algorithm === undefined) return;
  const chosen = chosenByCalls(algorithm, value, context, (one, module) => {
    const text = textOf(one, (inner) => context.program.valueAt(module, inner));
    return text !== undefined && FAST.test(text) ? text.toUpperCase() : undefined;
  });
  if (chosen === undefined || [context, ...chosen.calls].some(({ module }) => isElsewhere(module))) return;
  context.report({
    at: { module: context.module, node },
    message: `${chosen.name} of a password takes no time to try again.`,
    related: chosen.calls.map((at) => ({
      at,
      message: "A password and the algorithm are handed over here.",
    })),
  });
}

/** The calls that hand a password over to the function around. */
function callsWith(texts: readonly t.Node[], context: NodeContext): readonly Site[] | undefined {
  for (const one of texts) {
    const by = handedIn(one, context);
    // `md5(password)` is told where it is called.
    const calls = by?.calls.filter(
      ({ node }) => node.type !== "CallExpression" || hashedBy(node) === undefined,
    );
    if (calls !== undefined && (calls.length > 0 || by?.calls.length === 0)) return calls;
  }
  return undefined;
}

const ELSEWHERE = /bcrypt|argon2|scrypt|pbkdf2|pwnedpasswords|hibp|\brealm\b|gravatar/i;
/** A package that is loaded whole is used where its name stands again. */
const LOADED =
  /\b(?:(?:const|let|var)\s{1,4}\w{1,40}\s{0,4}=\s{0,4}require\([^()\n]{1,60}\)|import\s{1,4}\w{1,40}\s{1,4}from\s{1,4}["'][^"'\n]{1,60}["'])/g;
const isElsewhere = remembered((module: Module): boolean =>
  ELSEWHERE.test(codeOf(module).replace(LOADED, "")),
);
const FAST = /^(?:md4|md5|sha-?1|sha-?224|sha-?256|sha-?384|sha-?512|rmd160|ripemd160)$/i;

interface Hashed {
  readonly name: string;
  readonly value: t.Node;
}

/** `createHash("md5").update(password)`, `hash.update(password)`, `md5(password)`, `CryptoJS.SHA1(password)`. */
function hashedBy(
  node: t.CallExpression,
  valueOf: (node: t.Node) => Value = () => UNDEFINED,
): Hashed | undefined {
  const [value] = node.arguments;
  if (value === undefined) return undefined;
  const { callee } = node;
  const hash = hashUpdated(node);
  if (hash !== undefined) {
    const [algorithm, key] = callArguments(hash);
    const name = algorithm === undefined ? undefined : textOf(algorithm, valueOf);
    if (name === undefined || !FAST.test(name) || (key !== undefined && !isSalt(key))) return undefined;
    return { name: key === undefined ? name.toUpperCase() : `HMAC with ${name.toUpperCase()}`, value };
  }
  const [, text] = node.arguments;
  if (text !== undefined && dotted(callee) === "crypto.hash") {
    const name = textOf(value, valueOf);
    return name !== undefined && FAST.test(name) ? { name: name.toUpperCase(), value: text } : undefined;
  }
  const name = /^(?:CryptoJS\.|crypto\.)?(md5|sha1|sha256|sha512)$/i.exec(dotted(callee) ?? "")?.[1];
  return name === undefined ? undefined : { name: name.toUpperCase(), value };
}

/** `createHash("md5")` of `createHash("md5").update(text)`, and `createHmac("md5", user.salt)`. */
function hashUpdated({ callee }: t.CallExpression): t.Node | undefined {
  if (callee.type !== "MemberExpression" || callee.computed || keyName(callee.property) !== "update")
    return undefined;
  const hash = madeBefore(callee.object);
  return hash.type === "CallExpression" && /(?:^|\.)create(?:Hash|Hmac)$/.test(dotted(hash.callee) ?? "")
    ? hash
    : undefined;
}

/** What stands beside the hash in the table, or in the source; without a key that is kept elsewhere nobody tries anything. */
const isSalt = (key: t.Node): boolean => key.type === "StringLiteral" || /salt$/i.test(dotted(key) ?? "");

/** `"md5"`, and `ALGORITHM` of `const ALGORITHM = "md5"`. */
function textOf(node: t.Node, valueOf: (node: t.Node) => Value): string | undefined {
  if (node.type === "StringLiteral") return node.value;
  const value = valueOf(node);
  return value.k === "prim" && typeof value.v === "string" ? value.v : undefined;
}

/** `createHash("md5")` of `const hash = createHash("md5"); hash.update(password);`. */
function madeBefore(node: t.Node): t.Node {
  const fn = node.type === "Identifier" ? enclosingFunction(node) : undefined;
  return (fn && node.type === "Identifier" ? declaredIn(fn).get(node.name) : undefined) ?? node;
}

/** `req.body.password` of `const typed = req.body.password`. */
function passwordUnder(node: t.Node): t.Node {
  const made = isPassword(node) ? node : madeBefore(node);
  return isPassword(made) ? made : node;
}

/** The value, and what it is put together from: `salt + password`, `String(password)`. */
function textsIn(node: t.Node): readonly t.Node[] {
  if (/^(?:String|Buffer\.from)$/.test(calleeName(node) ?? ""))
    return callArguments(node).slice(0, 1).flatMap(textsIn);
  if (node.type === "TemplateLiteral") return node.expressions;
  if (node.type === "BinaryExpression" && node.left.type !== "PrivateName")
    return [...textsIn(node.left), ...textsIn(node.right)];
  return [node];
}

import { inProduction } from "../../../model/alternatives.ts";
import { judge, literals, option } from "../../kit/options.ts";
import { sourceText } from "../../kit/nodes.ts";
import { parentOf } from "../../../parse/ast.ts";
import { nameOf, UNDEFINED, type Site, type Value } from "../../../model/values.ts";
import { codeOf } from "../../../model/module.ts";
import { escapeForPattern } from "../../kit/patterns.ts";
import { ALL_EXPRESS, defineRule, type PackageCall, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "secret/broken-cipher",
  title: "A cipher or a key is used that keeps nothing secret",
  severity: "medium",
  confidence: "high",
  cwe: [327],
  asvs: ["11.3.1", "11.3.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "DES and RC4 are read by anybody with an afternoon; ECB shows which parts are the same; without an IV of its own the same text is the same each time; RSA of 1024 bits is within reach of who has the means.",
  fix: 'Use `createCipheriv("aes-256-gcm", key, randomBytes(12))`, and a key of 32 random bytes. Make RSA keys of 3072 bits, or Ed25519 ones. To sign, use createHmac("sha256", key).',
  call: {
    names: [
      "crypto.createCipher",
      "crypto.createDecipher",
      "crypto.createCipheriv",
      "crypto.createDecipheriv",
      "crypto.createHash",
      "crypto.generateKeyPair",
      "crypto.generateKeyPairSync",
      "crypto-js.DES.encrypt",
      "crypto-js.TripleDES.encrypt",
      "crypto-js.RC4.encrypt",
    ],
    run(call, context) {
      const message = faultOf(call);
      if (message !== undefined)
        context.report({
          at: call.site,
          message,
          severity: call.name === "crypto.createHash" ? "low" : "medium",
        });
    },
  },
});

const BROKEN = /^(?:des|rc2|rc4|bf|blowfish|cast|idea|seed)(?:-|\d|$)/i;

function faultOf(call: PackageCall): string | undefined {
  if (call.name.startsWith("crypto-js.")) return `${call.name.split(".")[1] ?? ""} is broken.`;
  if (/\.create(?:Ci|Deci)pher$/.test(call.name))
    return "It makes its key of the password with one round of MD5, and has no IV.";
  if (call.name.includes(".generateKeyPair")) return shortKey(call);
  const text = literals(call.args[0] ?? UNDEFINED)[0]?.text ?? "";
  if (call.name === "crypto.createHash")
    return /^md5$/i.test(text) && signs(call) ? "MD5 of a secret and a text is no signature." : undefined;
  if (BROKEN.test(text)) return `${text} is broken.`;
  if (/-ecb$/i.test(text)) return `${text} encrypts the same block to the same each time.`;
  const iv = call.name === "crypto.createCipheriv" ? call.args[2] : undefined;
  return iv !== undefined && isFixed(iv) ? "The IV is the same for every text." : undefined;
}

/** NIST allows no RSA below this. */
const LEAST_BITS = 2048;

function shortKey(call: PackageCall): string | undefined {
  const bits = option(call, "modulusLength", 1);
  return judge(bits, (v) => typeof v !== "number" || v >= LEAST_BITS) === "bad" && bits.k === "prim"
    ? `A key of ${String(bits.v)} bits is too short.`
    : undefined;
}

/** Written into the source, `"1234567890123456"` and `Buffer.from("...")`, or zeros: `Buffer.alloc(16)`. */
function isFixed(iv: Value): boolean {
  const one = inProduction(iv);
  if (one.k === "prim") return typeof one.v === "string" && one.v !== "";
  if (one.k !== "call" || one.isNew) return false;
  const name = one.callee.k === "pkg" ? nameOf(one.callee) : "";
  if (name === "Buffer.alloc") return one.args.every((arg) => arg.k === "prim") && !isFilled(one.site);
  return name === "Buffer.from" && one.args.every((arg) => arg.k === "prim" && typeof arg.v === "string");
}

/** `const iv = Buffer.alloc(16); crypto.randomFillSync(iv)`, `iv[0] = 1`, `iv.writeUInt32BE(count)`. */
function isFilled({ module, node }: Site): boolean {
  const holder = parentOf(node);
  if (holder?.type !== "VariableDeclarator") return holder?.type !== "CallExpression";
  if (holder.id.type !== "Identifier") return true;
  const name = escapeForPattern(holder.id.name);
  return new RegExp(String.raw`randomFill|getRandomValues|(?<![\w$])${name}(?:\.|\[)`).test(codeOf(module));
}

/** `createHash("md5").update(data + secret).digest("hex")`. */
function signs({ site: { module, node } }: PackageCall): boolean {
  const update = parentOf(parentOf(node) ?? node);
  if (update?.type !== "CallExpression" || update.arguments.length === 0) return false;
  const text = update.arguments.map((one) => sourceText(module, one)).join(" ");
  return /\+|\$\{/.test(text) && /secret|sign(?:ing)?_?key/i.test(text);
}

import { literals } from "../../kit/options.ts";
import { sourceText } from "../../kit/nodes.ts";
import { parentOf } from "../../../parse/ast.ts";
import { UNDEFINED } from "../../../model/values.ts";
import { ALL_EXPRESS, defineRule, type PackageCall, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "secret/broken-cipher",
  title: "A cipher is used that keeps nothing secret",
  severity: "medium",
  confidence: "high",
  cwe: [327],
  asvs: ["11.3.1", "11.3.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "DES and RC4 are read by anybody with an afternoon; ECB shows which parts are the same; without an IV the same text is the same each time.",
  fix: 'Use `createCipheriv("aes-256-gcm", key, randomBytes(12))`, and a key of 32 random bytes. To sign, use createHmac("sha256", key).',
  call: {
    names: [
      "crypto.createCipher",
      "crypto.createDecipher",
      "crypto.createCipheriv",
      "crypto.createDecipheriv",
      "crypto.createHash",
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
  const text = literals(call.args[0] ?? UNDEFINED)[0]?.text ?? "";
  if (call.name === "crypto.createHash")
    return /^md5$/i.test(text) && signs(call) ? "MD5 of a secret and a text is no signature." : undefined;
  if (BROKEN.test(text)) return `${text} is broken.`;
  return /-ecb$/i.test(text) ? `${text} encrypts the same block to the same each time.` : undefined;
}

/** `createHash("md5").update(data + secret).digest("hex")`. */
function signs({ site: { module, node } }: PackageCall): boolean {
  const update = parentOf(parentOf(node) ?? node);
  if (update?.type !== "CallExpression" || update.arguments.length === 0) return false;
  const text = update.arguments.map((one) => sourceText(module, one)).join(" ");
  return /\+|\$\{/.test(text) && /secret|sign(?:ing)?_?key/i.test(text);
}

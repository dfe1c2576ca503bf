import type { t } from "../../parse/ast.ts";
import { credentialNamed } from "./credential-words.ts";
import type { NodeContext } from "../rule.ts";

/** Given to browsers, or made for the one who asks. */
const GIVEN =
  /public|publishable|client|csrf|xsrf|site|recaptcha|captcha|vapid|stripe|map|firebase|totp|otp|two_?factor/i;

/** `JWT_SECRET` of the code or the environment: what the server keeps, and not what it has made for a visitor. */
export function isSecretSetting(node: t.Node, name: string, { value }: NodeContext): boolean {
  const last = name.slice(name.lastIndexOf(".") + 1);
  if (!/^[A-Z][A-Z\d_]*$/.test(last) || GIVEN.test(last)) return false;
  const kind = credentialNamed(last);
  if (kind === undefined || kind === "key") return false;
  if (name.startsWith("process.env.")) return true;
  const known = value(node);
  return known.k === "env" || known.k === "fallback" || (known.k === "prim" && typeof known.v === "string");
}

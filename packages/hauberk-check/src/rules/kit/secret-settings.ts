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
  const isConnection = CONNECTION.test(last);
  const kind = isConnection ? "connection" : credentialNamed(last);
  if (kind === undefined || kind === "key") return false;
  if (name.startsWith("process.env.")) return true;
  const known = value(node);
  if (known.k === "env" || known.k === "fallback") return true;
  return known.k === "prim" && typeof known.v === "string" && (!isConnection || WITH_PASSWORD.test(known.v));
}

/** How a database is reached: where it is not on the same machine, with a name and a password. */
const CONNECTION =
  /^(?:MONGO|MONGODB|MONGOOSE|DATABASE|DB|POSTGRES|POSTGRESQL|PG|MYSQL|REDIS|AMQP|RABBITMQ)_(?:URI|URL|DSN|CONN|CONNECTION|CONNECTION_STRING|CONN_STRING)$/;
const WITH_PASSWORD = /:\/\/[^\s:/@]{0,80}:[^\s/@]{1,80}@|\b(?:pwd|password)=[^;\s]/i;

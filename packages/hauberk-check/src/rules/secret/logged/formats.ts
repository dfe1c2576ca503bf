import { sourceText } from "../../kit/nodes.ts";
import { literals, optionsOf } from "../../kit/options.ts";
import type { Context, PackageCall } from "../../rule.ts";

const HEADER = /:req\[(authorization|cookie|x-(?:api-key|auth-token|access-token))\]/i;
const CREDENTIALS =
  /\breq\w{0,10}\.(?:headers\.(?:authorization|cookie)|headers\[["'](?:authorization|cookie)["']\]|cookies)\b/;
const WHOLE = /\breq\w*\.body(?![\w.[])|\.\.\.req\w*\.body\b/;

/** `morgan(":req[authorization]")`, and `morgan.token("body", (req) => JSON.stringify(req.body))` where passwords are sent. */
export function checkFormat(call: PackageCall, { report, program }: Context): void {
  if (call.name === "morgan") {
    const format = literals(optionsOf(call)).find(({ text }) => HEADER.test(text));
    const header = HEADER.exec(format?.text ?? "")?.[1];
    if (header !== undefined)
      report({ at: format?.site ?? call.site, message: `Each request's ${header} header is logged.` });
    return;
  }
  const [, fn] = call.args;
  if (fn?.k !== "fn") return;
  const text = sourceText(fn.module, fn.node);
  // A function that takes the password out first says so.
  if (/password|redact|mask|omit|delete\b/i.test(text)) return;
  if (CREDENTIALS.test(text))
    report({ at: call.site, message: "Cookies or Authorization are given to the log." });
  else if (WHOLE.test(text) && program.mention(SENT) !== undefined)
    report({ at: call.site, message: "The whole body is given to the log, with the password of a sign-in." });
}

/** A sign-in takes its password from a body. */
export const SENT: RegExp =
  /\bbody\.password\b|\{[^{}]{0,200}\bpassword\b[^{}]{0,200}\}\s?=\s?req(?:uest)?\.body\b/;

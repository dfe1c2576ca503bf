import type { Fn } from "../../../model/values.ts";
import { escapeForPattern } from "../../kit/patterns.ts";

const REFUSES =
  /\b40[13]\b|unauthor|forbidden|denied|not allowed|permission|isAdmin\b|is_admin [!=]=|getSession|current_?user|getUser\(\)|getStore\(|signature|timingSafeEqual|\bauthoriz|\bauthenticat|NODE_ENV [!=]=|is_?(?:dev|prod)/i;
const SECRET = /(?:token|secret|key|pass|password|passcode|pin)["'\])]?["'\])]?$/i;

/** `req.query.key !== KEY`, `secret === process.env.SECRET`. */
function comparesSecret(source: string): boolean {
  const sides = source.split(/[!=]==?/).map((one) => one.trim());
  return sides.some((left, i) => {
    const right = sides[i + 1];
    if (right === undefined) return false;
    const [word = ""] = right.slice(0, 60).split(/[^\w.]/);
    return SECRET.test(left.slice(-60)) || SECRET.test(word) || word.startsWith("process.env");
  });
}

/** What is asked for in parameters, the query and the body says nothing about who asks. */
const OF_THE_TASK = String.raw`\??\.(?:params|query|body|files?|db|models|method|url|originalUrl|path|protocol|on|log)\b`;

/** What is printed asks nothing: `console.log("accessed without authentication")`. */
const PRINTS = /\bconsole\.(?:log|info|warn|error|debug)\(["'`][^"'`\n]{0,200}["'`]\)/g;

/** Who is there, or nobody, for a page to say: `{ user: req.cookies.name || "guest" }`. */
const SHOWN = /: ?req\.(?:cookies|session|user)[\w.]* ?(?:\|\||\?\?) ?(?:null|undefined|"[^"]*"|'[^']*')/g;

/** Whether something in this text turns somebody away. */
export const refusesSomebody = (written: string): boolean => REFUSES.test(written.replace(PRINTS, ""));

/** A handler that looks for itself who is there, or hands the request to something that may. */
export function looksItself({ node }: Fn, written: string): boolean {
  const source = written.replace(PRINTS, "").replace(SHOWN, ": shown");
  if (REFUSES.test(source) || comparesSecret(source) || /\barguments\b|\bthis\.req/.test(source)) return true;
  const [first] = node.params;
  if (first === undefined) return false;
  if (first.type !== "Identifier") return true;
  const uses = source.match(
    new RegExp(String.raw`(?<![\w$.])${escapeForPattern(first.name)}\b(?!${OF_THE_TASK})`, "g"),
  );
  return (uses?.length ?? 0) > 1;
}

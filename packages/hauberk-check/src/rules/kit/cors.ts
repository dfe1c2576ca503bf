import { inProduction } from "../../model/alternatives.ts";
import { factsOf } from "../../model/handler-facts.ts";
import { isKnown, UNDEFINED, type Fn, type Value } from "../../model/values.ts";
import { allParts } from "../../model/view.ts";
import type { AppContext, Context, PackageCall } from "../rule.ts";
import { alwaysAnswers, isTrue } from "./callbacks.ts";
import { option, optionsOf } from "./options.ts";
import { sourceText } from "./nodes.ts";

export type OriginKind = "any" | "reflected" | "checked" | "unknown";

/** What the `cors` package will accept as an origin. */
export function originKind(call: PackageCall): OriginKind {
  const options = optionsOf(call);
  if (options.k === "fn") return "unknown";
  if (options.k !== "obj" && !isKnown(options, undefined)) return "unknown";
  return kindOf(inProduction(options.k === "obj" ? option(call, "origin") : UNDEFINED));
}

function kindOf(origin: Value): OriginKind {
  if (isKnown(origin, undefined) || isKnown(origin, "*")) return "any";
  if (isKnown(origin, true)) return "reflected";
  if (origin.k === "fallback")
    return kindOf(inProduction(origin.right)) === "any" || kindOf(inProduction(origin.right)) === "reflected"
      ? "unknown"
      : "checked";
  if (origin.k === "fn") return alwaysAllows(origin) ? "reflected" : "checked";
  return origin.k === "unknown" ? "unknown" : "checked";
}

/** `(origin, callback) => callback(null, true)`, `callback(null, origin || "*")`. */
function alwaysAllows(fn: Extract<Value, { k: "fn" }>): boolean {
  if (alwaysAnswers(fn.node, 1, isTrue)) return true;
  const text = sourceText(fn.module, fn.node);
  const compact = text.replace(/\s+/g, "");
  const answer = /\(null,(?:true|\[?origin(?:(?:\|\||\?\?)(?:true|["'][^"']{0,60}["']))?\]?)\)/;
  return (
    answer.test(compact) &&
    !/\bif\(|\?|includes|indexOf|\.test\(|\.has\(|===|some\(|&&|\|\||match\(/.test(
      compact.replace(answer, ""),
    )
  );
}

export const sendsCredentials = (call: PackageCall): boolean => isKnown(option(call, "credentials"), true);

export interface OwnCors {
  readonly reflects: boolean;
  readonly any: boolean;
  readonly credentials: boolean;
}

/** The app's own functions that say which origins may read an answer. */
export const ownCorsFunctions = ({ view, program }: AppContext): readonly Fn[] =>
  allParts(view).flatMap(({ part: { fn } }) =>
    fn !== undefined && factsOf(program.machine, fn).headers.has("access-control-allow-origin") ? [fn] : [],
  );

/** What one of the project's own functions says about origins. */
export function ownCors(context: Context, fn: Extract<Value, { k: "fn" }>): OwnCors | undefined {
  const facts = factsOf(context.program.machine, fn);
  const origin = facts.headers.get("access-control-allow-origin");
  if (origin === undefined) return undefined;
  const credentials = facts.headers.get("access-control-allow-credentials");
  const reflects = echoes(facts.source);
  const tested =
    /includes|indexOf|\.test\(|\.has\(|allowed|whitelist|===\s*origin|origin\s*===|some\(|match\(/i.test(
      facts.source,
    ) || /(?:origin|host|hostname)\??\.(?:ends|starts)With\(/i.test(facts.source);
  return {
    reflects: reflects && !tested && !isKnown(origin, "*"),
    any: isKnown(origin, "*"),
    credentials: credentials !== undefined && (isKnown(credentials, "true") || isKnown(credentials, true)),
  };
}

const OF_REQUEST = String.raw`\(?req(?:uest)?\.(?:headers\??\.origin|headers\[['"]origin['"]\]|get\(['"]origin['"]\)|header\(['"]origin['"]\))`;
const ECHOED = new RegExp(String.raw`allow-origin['"]\s*[,:]\s*(?:${OF_REQUEST}|origin\b)`, "i");

/** `res.set("Access-Control-Allow-Origin", req.get("origin"))`, also through a variable. */
function echoes(source: string): boolean {
  if (ECHOED.test(source)) return true;
  const name = /allow-origin['"]\s*[,:]\s*(\w{1,40})\b/i.exec(source)?.[1];
  return name !== undefined && new RegExp(String.raw`\b${name}\s*=\s*${OF_REQUEST}`, "i").test(source);
}

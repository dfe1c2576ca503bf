import { parentOf, type Node, type t } from "../../../parse/ast.ts";
import { calleeName, keyName } from "../../kit/nodes.ts";
import type { NodeContext } from "../../rule.ts";

const KEY = /^(?:(?:proxy-)?authorization|(?:x-)?api-?key|x-auth-token|x-access-token)$/i;
const ASKS = /^(?:axios|fetch|got|ky|needle|request|superagent|undici|http|https?Client|client)(?:\.\w+)?$/;

/** The host that a request written there, `fetch("http://...", { headers: { Authorization } })`, tells a key to without TLS. */
export function hostToldOpenly(node: t.ObjectProperty, context: NodeContext): string | undefined {
  const options = KEY.test(keyName(node.key))
    ? optionsAround(node)
    : keyName(node.key) === "auth" && node.value.type === "ObjectExpression"
      ? parentOf(node)
      : undefined;
  const call = options && parentOf(options);
  if (options?.type !== "ObjectExpression" || call?.type !== "CallExpression") return undefined;
  const name = calleeName(call) ?? "";
  if (!ASKS.test(name)) return undefined;
  const [first] = call.arguments;
  const address =
    first === options
      ? (addressIn(options, /^(?:url|uri|baseURL)$/, context) ?? hostOf(options, name, context))
      : first && beginning(first, context);
  const host = HOST.exec(address ?? "")?.[1];
  return host !== undefined && !HERE.test(host) ? host : undefined;
}

/** Not of `http://prices.${cluster}/`, which may be anywhere. */
const HOST = /^http:\/\/([\w-]+(?:\.[\w-]+)+)(?![\w.-])/i;

/** The object whose `headers` the property stands in. */
function optionsAround(node: Node): Node | undefined {
  const headers = parentOf(node);
  const holder = headers && parentOf(headers);
  return holder?.type === "ObjectProperty" && keyName(holder.key) === "headers"
    ? parentOf(holder)
    : undefined;
}

function fieldOf(options: t.ObjectExpression, name: RegExp): t.Node | undefined {
  const field = options.properties.find(
    (one) => one.type === "ObjectProperty" && name.test(keyName(one.key)),
  );
  return field?.type === "ObjectProperty" ? field.value : undefined;
}

function addressIn(options: t.ObjectExpression, name: RegExp, context: NodeContext): string | undefined {
  const field = fieldOf(options, name);
  return field && beginning(field, context);
}

/** `http.request({ host, headers })`. */
function hostOf(options: t.ObjectExpression, name: string, context: NodeContext): string | undefined {
  const host = /^http\.(?:request|get)$/.test(name)
    ? addressIn(options, /^host(?:name)?$/, context)
    : undefined;
  return host === undefined || fieldOf(options, /^protocol$|^agent$/) ? undefined : `http://${host}`;
}

/** How a text begins, as far as its first piece is known. */
function beginning(node: t.Node, context: NodeContext): string | undefined {
  if (node.type === "BinaryExpression") return beginning(node.left, context);
  if (node.type === "TemplateLiteral") {
    const [text] = node.quasis;
    const [first] = node.expressions;
    if (text === undefined || text.value.raw !== "") return text?.value.raw;
    return first && beginning(first, context);
  }
  const value = context.value(node);
  return value.k === "prim" && typeof value.v === "string" ? value.v : undefined;
}

/** Beside this machine, and in a network of one's own, nobody sits in between. */
const HERE =
  /^(?:127|10|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))\.|\.(?:local|localhost|internal|lan|intranet|corp|home|svc|test|invalid|docker)$/i;

import { tlsFaults } from "../../../live/tls-facts.ts";
import { ancestors, isFunction, parentOf, type Node, type t } from "../../../parse/ast.ts";
import { isPlatformFile } from "../../../files/kinds.ts";
import { isCompose, isForDevelopment, isProductionDockerfile } from "../../kit/docker.ts";
import { calleeName, dotted, keyName, plainText, sourceText } from "../../kit/nodes.ts";
import { hostToldOpenly } from "./plain-requests.ts";
import { asksThisMachine } from "./this-machine.ts";
import { ALL_EXPRESS, defineRule, type NodeContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "tls/weak-options",
  title: "TLS is weakened",
  severity: "high",
  confidence: "high",
  cwe: [326, 295],
  asvs: ["12.1.1", "12.3.2"],
  lenses: ["source", "live"],
  express: ALL_EXPRESS,
  why: "Without the check of the certificate, or with a protocol that is broken, whoever sits in between reads and changes everything.",
  fix: "Remove the option; trust a private authority with `ca` or NODE_EXTRA_CA_CERTS.",
  visit: {
    VariableDeclarator(node, context) {
      if (node.type !== "VariableDeclarator" || node.init?.type !== "StringLiteral") return;
      checkAddress(node.init, context);
    },
    ObjectProperty(node, context) {
      if (node.type !== "ObjectProperty") return;
      const name =
        node.key.type === "Identifier"
          ? node.key.name
          : node.key.type === "StringLiteral"
            ? node.key.value
            : "";
      const { value } = node;
      // On a server that asks for client certificates the app itself decides about them.
      if (
        name === "rejectUnauthorized" &&
        value.type === "BooleanLiteral" &&
        !value.value &&
        !hasSibling(node, "requestCert") &&
        !isOfServer(node, context) &&
        !comparesItself(node) &&
        !asksThisMachine(node, context)
      )
        complain(node, context, "The certificate of the other side is not checked.");
      // The same under the name that `request` gave it.
      if (name === "strictSSL" && value.type === "BooleanLiteral" && !value.value)
        complain(node, context, "The certificate of the other side is not checked.");
      if (name === "ignoreTLS" && value.type === "BooleanLiteral" && value.value)
        complain(node, context, "Mail and its password are sent without TLS.");
      // `createProxyMiddleware({ target: "https://...", secure: false })`
      if (name === "secure" && value.type === "BooleanLiteral" && !value.value && proxiesTls(node))
        complain(node, context, "The certificate of what requests are passed on to is not checked.");
      if (name === "ssl" && value.type === "BooleanLiteral" && !value.value && isElsewhere(node))
        complain(node, context, "The database is asked without TLS.", "medium");
      const told = hostToldOpenly(node, context);
      if (told !== undefined) complain(node, context, `A key is sent to ${told} without TLS.`, "medium");
      if (value.type !== "StringLiteral") return;
      checkAddress(value, context);
      if (name === "minVersion" && /^TLSv1(?:\.1)?$/.test(value.value))
        complain(node, context, `${value.value} is accepted.`);
      if (name === "secureProtocol" && /^(?:SSLv[23]|TLSv1(?:_1)?)_/.test(value.value))
        complain(node, context, `${value.value} is used.`);
      if (name === "ciphers" && allowsWeakCiphers(value.value))
        complain(node, context, "Ciphers that are broken, or that anyone may leave out, are allowed.");
    },
    AssignmentExpression(node, context) {
      if (node.type !== "AssignmentExpression") return;
      if (switchesCheckOff(node))
        complain(node, context, "The certificate of the other side is not checked.");
      if (dotted(node.left) !== "process.env.NODE_TLS_REJECT_UNAUTHORIZED") return;
      const value = context.value(node.right);
      if (value.k === "prim" && String(value.v) === "0")
        complain(node, context, "No certificate is checked in the whole process.");
    },
  },
  file(context) {
    if (isCompose(context.path) ? isForDevelopment(context) : !isStart(context.path)) return;
    for (const line of context.text.matchAll(
      /^.*NODE_TLS_REJECT_UNAUTHORIZED["']?(?:\r?\n[ \t]+value:|[ \t]*[=:]|[ \t])[ \t]*["']?0\b/gm,
    )) {
      const isScript = context.path.endsWith("package.json");
      if (/^\s*#/.test(line[0]) || (isScript && !/"(?:start|serve|prod)\w*(?::prod\w*)?"\s*:/.test(line[0])))
        continue;
      const start = line.index + line[0].indexOf("NODE_TLS");
      context.report({
        at: context.place(start, line.index + line[0].length),
        message: "No certificate is checked in the whole process.",
      });
    }
  },
  live({ facts, report }) {
    if (facts.tls === undefined) return;
    for (const message of tlsFaults(facts.tls, new URL(facts.origin).hostname, Date.now()))
      report({
        url: facts.origin,
        message,
        fix: "Serve TLS 1.2 and 1.3 with ECDHE ciphers and a certificate that is current and for this name.",
        ...(message.includes("forward secrecy") ? { severity: "low" as const } : {}),
      });
  },
});

function proxiesTls(node: Node): boolean {
  const holder = parentOf(node);
  return (
    holder?.type === "ObjectExpression" &&
    holder.properties.some(
      (one) =>
        one.type === "ObjectProperty" &&
        keyName(one.key) === "target" &&
        plainText(one.value)?.startsWith("https://") === true,
    )
  );
}

const isStart = (path: string): boolean =>
  isProductionDockerfile(path) ||
  isPlatformFile(path) ||
  /(?:^|\/)package\.json$|Procfile$|\.service$/.test(path);

/** A server that asks for no certificate has none to check: `https.createServer({ key, cert, rejectUnauthorized: false })`. */
function isOfServer(node: Node, { module }: NodeContext): boolean {
  for (const up of ancestors(node)) {
    if (isFunction(up)) return false;
    if (up.type === "CallExpression") return /createS(?:ecureS)?erver$/.test(calleeName(up) ?? "");
    const holder =
      up.type === "AssignmentExpression" ? up.left : up.type === "VariableDeclarator" ? up.id : undefined;
    if (holder?.type === "Identifier") return module.text.includes(`createServer(${holder.name}`);
  }
  return false;
}

/** `ALL`, `RC4-SHA`, `NULL-MD5`; a name behind `!` or `-` is one that is ruled out. */
const allowsWeakCiphers = (list: string): boolean =>
  list
    .split(/[:, ]/)
    .some((one) =>
      /^\+?(?:ALL$|COMPLEMENTOFALL|[ae]?NULL|EXPORT|LOW$|RC4|DES-CBC|3DES|ADH|AECDH|MD5)/i.test(one),
    ) && !/(?:^|[:, ])!aNULL/i.test(list);

function complain(node: Node, context: NodeContext, message: string, severity?: "medium"): void {
  if (isDevelopment(node, context)) return;
  const at = { module: context.module, node };
  context.report(severity === undefined ? { at, message } : { at, message, severity });
}

/** Development, or a switch whose name says what it does: nobody turns it on unknowingly. */
const DELIBERATE =
  /NODE_ENV|development|\bdev|isProd|\btest|insecure|unauthorized|self_?signed|no[_-]?(?:tls|ssl|cert|verif|valid)|skip[_-]?verif/i;

function isDevelopment(node: Node, { module }: NodeContext): boolean {
  for (const up of ancestors(node)) {
    if (isFunction(up)) break;
    if (up.type === "SwitchCase" && up.test && DELIBERATE.test(sourceText(module, up.test))) return true;
    if (up.type === "IfStatement" || up.type === "ConditionalExpression" || up.type === "LogicalExpression") {
      const test = up.type === "LogicalExpression" ? up.left : up.test;
      if (DELIBERATE.test(sourceText(module, test))) return true;
    }
  }
  return false;
}

/** `options.tls.rejectUnauthorized = false`; on a server that asks for client certificates the app decides about them. */
function switchesCheckOff({ left, right }: t.AssignmentExpression): boolean {
  return (
    left.type === "MemberExpression" &&
    left.property.type === "Identifier" &&
    /^(?:rejectUnauthorized|strictSSL)$/.test(left.property.name) &&
    right.type === "BooleanLiteral" &&
    !right.value &&
    !/server/i.test(dotted(left.object) ?? "")
  );
}

/** `postgres://app@db.example.net/app?sslmode=disable`; a name without a dot is a container beside this one. */
function checkAddress(node: t.StringLiteral, context: NodeContext): void {
  const text = node.value;
  if (!/^(?:postgres|mysql|mongodb)/.test(text) || !/[?&](?:sslmode=disable|ssl=false|tls=false)/.test(text))
    return;
  const host = /^[^@:/?,]+/.exec(
    text.slice(Math.max(text.lastIndexOf("@") + 1, text.indexOf("://") + 3)),
  )?.[0];
  if (host !== undefined && REMOTE.test(host))
    complain(node, context, `The database at ${host} is asked without TLS.`, "medium");
}

const REMOTE = /^(?!127\.|10\.|192\.168\.)[\w-]+(?:\.[\w-]+)+$/;
const STORE = /^(?:database|dialect|dbName|user|username|password)$/;

/** `{ host: "db.example.net", database: "shop", ssl: false }`. */
function isElsewhere(node: Node): boolean {
  const [holder] = ancestors(node);
  if (holder?.type !== "ObjectExpression") return false;
  const pairs = holder.properties.filter((one) => one.type === "ObjectProperty");
  const host = pairs.find((one) => /^(?:host|hostname|server)$/.test(keyName(one.key)))?.value;
  return (
    pairs.some((one) => STORE.test(keyName(one.key))) &&
    host?.type === "StringLiteral" &&
    REMOTE.test(host.value)
  );
}

/** A named function that looks at the certificate by itself, as for a pinned one; `() => undefined` looks at nothing. */
function comparesItself(node: Node): boolean {
  const [holder] = ancestors(node);
  if (holder?.type !== "ObjectExpression") return false;
  return holder.properties.some(
    (one) =>
      one.type === "ObjectProperty" &&
      one.key.type === "Identifier" &&
      one.key.name === "checkServerIdentity" &&
      (one.value.type === "Identifier" || one.value.type === "MemberExpression"),
  );
}

function hasSibling(node: Node, name: string): boolean {
  const [holder] = ancestors(node);
  return (
    holder?.type === "ObjectExpression" &&
    holder.properties.some(
      (one) => one.type === "ObjectProperty" && one.key.type === "Identifier" && one.key.name === name,
    )
  );
}

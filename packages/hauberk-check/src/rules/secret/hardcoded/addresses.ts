import { parentOf, type t } from "../../../parse/ast.ts";
import { NOT_KEPT } from "../../kit/secrets.ts";
import { isAnnounced } from "../../kit/credential-words.ts";

const URL_WITH_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/([^\s:/@]*):([^\s/@]+)@([^\s/:?,]+)/i;
const OF_A_STORE =
  /^(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|oracle|cockroachdb|couchbase|ldaps?|smtps?):/i;
const HERE = /^(?:localhost|127\..*|\[::1\]|host\.docker\.internal)$/;
/** The container beside the app, in development as in production. */
const BESIDE = /^(?:db|database|mongo|mongodb|postgres|postgresql|mysql|mariadb|redis|rabbitmq)$/;
/** Passwords that images and their guides have: nobody means them to be secret. */
export const OF_IMAGES: RegExp =
  /^(?:password|pass|secret|postgres|mysql|mongo|root|admin|example|guest|test|dev|user|redis)$/i;

/** The host of `postgres://app:word@db.example/app`; `undefined` for an address without a password, and for this machine's. */
export const isStoreAddress = (address: string): boolean => OF_A_STORE.test(address);

export function hostWithPassword(address: string): string | undefined {
  const { user, password, host } = partsOf(address);
  const isHere = HERE.test(host) || (BESIDE.test(host) && (password === user || OF_IMAGES.test(password)));
  return password === "" || isAnnounced(password) || isHere || /^[<$%{]/.test(password) ? undefined : host;
}

interface Parts {
  readonly user: string;
  readonly password: string;
  readonly host: string;
}

function partsOf(address: string): Parts {
  const [whole, user = "", password = "", host = ""] = URL_WITH_PASSWORD.exec(address) ?? [];
  return whole === undefined && isSettings(address) ? partsOfSettings(address) : { user, password, host };
}

/** `Server=db.shop.example;User Id=app;Password=...`, as drivers of SQL Server and of ODBC take it. */
const isSettings = (address: string): boolean =>
  /^(?:server|data source|host|driver|provider|address|addr)\s?=[^;\s]+;/i.test(address);

function partsOfSettings(address: string): Parts {
  const settings = new Map(
    address.split(";").map((one) => {
      const at = one.indexOf("=");
      return [one.slice(0, at).trim().toLowerCase(), one.slice(at + 1).trim()] as const;
    }),
  );
  const first = (names: readonly string[]): string =>
    names.map((name) => settings.get(name)).find((one) => one !== undefined) ?? "";
  const host = first(["server", "data source", "host", "address", "addr"]).replace(/^tcp:/i, "");
  return {
    user: first(["user id", "uid", "user", "username"]),
    password: first(["password", "pwd"]),
    host: /^(?:\.|\(local)/i.test(host) ? "localhost" : (host.split(/[\\,:]/)[0] ?? ""),
  };
}

/** The literal of `{ server: "postgres://..." }` or `const store = process.env.STORE || "redis://..."`, whatever takes it in the end. */
export function addressLiteral(node: t.Node, path: string): t.StringLiteral | undefined {
  const value = valueOf(node);
  const literal = value?.type === "LogicalExpression" ? value.right : value;
  if (literal?.type !== "StringLiteral" || !/[@;]/.test(literal.value)) return undefined;
  if (!(OF_A_STORE.test(literal.value) || isSettings(literal.value)) || NOT_KEPT.test(path)) return undefined;
  const host = hostWithPassword(literal.value);
  return host === undefined || isExample(literal.value, host) ? undefined : literal;
}

/**
 * The same of a database on this machine, where nothing else is said: `const DB_URI = "mongodb://admin:heron@localhost/shop"`.
 * A default beside a variable of the environment is what a developer runs with.
 */
export function localAddress(node: t.Node, path: string): t.StringLiteral | undefined {
  const literal = valueOf(node);
  if (literal?.type !== "StringLiteral" || !literal.value.includes("@") || NOT_KEPT.test(path))
    return undefined;
  const { user, password, host } = partsOf(literal.value);
  const isOwn = password !== "" && password !== user && !OF_IMAGES.test(password) && !isAnnounced(password);
  return OF_A_STORE.test(literal.value) && HERE.test(host) && isOwn && !isExample(literal.value, host)
    ? literal
    : undefined;
}

/** Whether the rule finds the literal where it stands. */
export function isFoundThere(literal: t.Node, path: string): boolean {
  const holder = parentOf(literal);
  const outer = holder?.type === "LogicalExpression" ? parentOf(holder) : holder;
  return outer !== undefined && outer !== null && addressLiteral(outer, path) === literal;
}

/** What documentation and messages write: `mongodb://user:pass@host/db`. */
const isExample = (address: string, host: string): boolean =>
  /:\/\/(?:user(?:name)?|login|myuser|usr):(?:pass(?:word|wd)?|pwd|mypass(?:word)?|secret)@/i.test(address) ||
  /^(?:host(?:name)?|example|server|your[\w-]*)$|(?:^|\.)example(?:\.\w{1,20})?$/i.test(host);

function valueOf(node: t.Node): t.Node | null | undefined {
  switch (node.type) {
    case "VariableDeclarator":
      return node.init;
    case "ObjectProperty":
    case "ClassProperty":
    case "ClassPrivateProperty":
      return node.value;
    case "AssignmentExpression":
      return node.right;
    default:
      return undefined;
  }
}

import type { t } from "../../../parse/ast.ts";
import { isPlaceholder } from "../../known-secrets.ts";

const NAME =
  /(?:secret|password|passwd|token|(?:api|private|crypto|encryption|access|auth|signing|session|cookie|jwt|master)_?key)s?$/i;

/** Browsers are given these: a name such as `apiKey` says nothing about them. */
const PUBLISHED = /^(?:AIza|pk_(?:live|test)_|UA-|G-)/;
/** Given to browsers, made up for tests, or words of a language. */
const NOT_KEPT =
  /(?:^|\/)(?:public|static|assets|client|frontend|www|web|locales?|i18n|lang|translations|seeds?|migrations|(?:test|mock|fixture|example|demo)[\w-]*)\//;

/**
 * The literal of `const API_KEY = "..."`, `{ cryptoKey: "..." }` or `config.token = "..."`, where the name says that
 * it is a secret and the text looks like nothing a person would write as a word; `undefined` for everything else.
 */
export function namedSecret(node: t.Node, path: string): t.StringLiteral | undefined {
  const [name, value] = assigned(node);
  if (name === undefined || value?.type !== "StringLiteral") return undefined;
  if (!NAME.test(name) || NOT_KEPT.test(path)) return undefined;
  return looksRandom(value.value) ? value : undefined;
}

function assigned(node: t.Node): readonly [string | undefined, t.Node | null | undefined] {
  switch (node.type) {
    case "VariableDeclarator":
      return [nameOf(node.id), node.init];
    case "ObjectProperty":
      return [nameOf(node.key), node.value];
    case "AssignmentExpression":
      return [
        node.left.type === "MemberExpression" ? nameOf(node.left.property) : nameOf(node.left),
        node.right,
      ];
    default:
      return [undefined, undefined];
  }
}

function nameOf(node: t.Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  return node.type === "StringLiteral" ? node.value : undefined;
}

const MIN_CHARACTERS = 10;
const MIN_CHANGES = 3;
const MIN_DIFFERENT = 6;

/** Letters and digits mixed, as keys have them and names, words, addresses and versions do not. */
function looksRandom(text: string): boolean {
  if (text.length < MIN_CHARACTERS || /\s/.test(text) || isPlaceholder(text) || PUBLISHED.test(text))
    return false;
  if (/^(?:[a-z][a-z0-9+.-]*:\/\/|[./$%<{])/i.test(text) || new Set(text).size < MIN_DIFFERENT) return false;
  const changes = [...text.matchAll(/[a-z](?=\d)|\d(?=[a-z])/gi)].length;
  return changes >= MIN_CHANGES && !/\.(?:js|json|com|org|net|io|pem|key|txt)$/i.test(text);
}

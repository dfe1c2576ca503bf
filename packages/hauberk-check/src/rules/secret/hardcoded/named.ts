import { ancestors, type t } from "../../../parse/ast.ts";
import { NOT_KEPT } from "../../kit/secrets.ts";
import { looksRandom } from "../../known-secrets.ts";

const NAME =
  /(?:secret|password|passwd|token|(?:api|private|crypto|encryption|access|auth|signing|session|cookie|jwt|master)_?key)s?$/i;

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
      return [nameOf(node.key) === "default" ? settingName(node) : nameOf(node.key), node.value];
    case "AssignmentExpression":
      return [
        node.left.type === "MemberExpression" ? nameOf(node.left.property) : nameOf(node.left),
        node.right,
      ];
    default:
      return [undefined, undefined];
  }
}

/** `{ secrets: { aws: { doc: "...", default: "..." } } }`: the entry is a secret by its own name or its group's. */
function settingName(property: t.ObjectProperty): string | undefined {
  const names = ancestors(property)
    .filter((one) => one.type === "ObjectProperty")
    .slice(0, 2)
    .map((one) => nameOf(one.key));
  return names.find((name) => name !== undefined && NAME.test(name));
}

function nameOf(node: t.Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  return node.type === "StringLiteral" ? node.value : undefined;
}

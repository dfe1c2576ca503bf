import type { Module } from "../../../model/module.ts";
import type { Program } from "../../../model/program.ts";
import { parentOf, walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { dotted, handlerAround, keyName, plainText, sourceText } from "../../kit/nodes.ts";
import { rawRequestData } from "../../kit/request-data.ts";
import { isTestedBefore } from "../../kit/tested.ts";
import { isValidatedRoute } from "../../kit/validated-routes.ts";
import type { AppContext } from "../../rule.ts";
import { hasHarmlessRoles } from "./model-roles.ts";
import { guardOf } from "../route-unguarded/guards.ts";

const ROLE = /^(?:role|roles|user_?role|is_?admin|admin|is_?superuser|permissions?)$/i;
const WRITES = /\.(?:create|save|insert\w*|update\w*|upsert)\s?\(|\bINSERT INTO\b/;
const MAKES_ACCOUNT = /(?:^|\.)(?:create|add|register|insert|save)(?:New)?(?:User|Account|Member)$/;
/** The handler itself asks who is there. */
const ASKS =
  /\breq(?:uest)?\.(?:user|session|auth)\b|\.locals\b|authorization|(?:is|require|check)Admin\s?\(|\bverify/i;

/** An account is made or changed by a route that anybody may call, with a role from the body. */
export function reportChosenRoles({ view, program, report }: AppContext): void {
  const open = view.endpoints.filter(
    (one) =>
      /^(?:post|put|patch)$/.test(one.method) &&
      // The handler that signs in whom it has just made writes the session, and sends the visitor on.
      guardOf(view, { ...one, parts: one.parts.slice(0, -1) }) === "none",
  );
  // Without administrators there is nothing to win.
  if (open.length === 0 || program.mention(/["'`](?:admin|administrator|superuser)["'`]/i) === undefined)
    return;
  for (const endpoint of open) {
    const fn = endpoint.parts.findLast((part) => part.fn !== undefined)?.fn;
    if (fn === undefined || isValidatedRoute(fn.node, fn.module, program)) continue;
    const role = chosenRole(fn.node, fn.module, program);
    if (role !== undefined && !hasHarmlessRoles(sourceText(fn.module, fn.node.body), program))
      report({
        at: { module: fn.module, node: role },
        message: "Anybody may call this, and it stores the role that the client sends.",
        fix: "Set the role on the server; let administrators change it, behind their guard.",
      });
  }
}

function chosenRole(fn: FunctionNode, module: Module, program: Program): t.Node | undefined {
  const text = sourceText(module, fn.body);
  // `req.session.user = { role }` signs somebody in, and asks nothing.
  if (
    !(WRITES.test(text) || /(?:User|Account|Member)\(/.test(text)) ||
    ASKS.test(text.replace(/\breq(?:uest)?\.session\.\w{1,40}\s?=(?!=)/g, ""))
  )
    return undefined;
  let found: t.Node | undefined;
  walk(fn.body, (node) => {
    for (const value of [
      ...(WRITES.test(text) ? rolesIn(node) : []),
      ...rolesHandedOn(node, module, program),
    ]) {
      const handler = handlerAround(node);
      if (handler?.fn !== fn || rawRequestData(value, handler) !== "body") continue;
      if (!isTestedBefore(module, node, sourceText(module, value), handler)) found ??= node;
    }
  });
  return found;
}

/** `accounts.createUser(name, password, role)` of a function that writes what it is given, and asks nothing about the role. */
function rolesHandedOn(node: t.Node, module: Module, program: Program): readonly t.Node[] {
  if (node.type !== "CallExpression" || !MAKES_ACCOUNT.test(dotted(node.callee) ?? "")) return [];
  const roles = node.arguments.filter(isRole);
  const made = roles.length === 0 ? undefined : program.valueAt(module, node.callee);
  if (made?.k !== "fn") return [];
  const text = sourceText(made.module, made.node);
  return WRITES.test(text) && !/\broles?\b\s*[!=]==|\bROLES?\b|\((?:\w+\.)?roles?\)/.test(text) ? roles : [];
}

function rolesIn(node: t.Node): readonly t.Node[] {
  const value = valueOfRole(node);
  return value === undefined ? rolesInQuery(node) : [value];
}

const INTO_ACCOUNTS = /\b(?:INTO|UPDATE) [`"]?(?:users?|accounts?|members?)\b/i;

/** `INSERT INTO users ... VALUES ('${body.name}', '${body.role || "user"}')`, `run("INSERT INTO users ...", [name, role])`. */
function rolesInQuery(node: t.Node): readonly t.Node[] {
  if (node.type === "TemplateLiteral")
    return INTO_ACCOUNTS.test(node.quasis[0]?.value.raw ?? "") ? node.expressions.filter(isRole) : [];
  if (node.type !== "CallExpression") return [];
  const [sql, values] = node.arguments;
  const text = sql === undefined ? undefined : plainText(sql);
  return text !== undefined && INTO_ACCOUNTS.test(text) && values?.type === "ArrayExpression"
    ? values.elements.filter((one) => one !== null).filter(isRole)
    : [];
}

/** `role`, `body.isAdmin`, and either with a default. */
const isRole = (node: t.Node): boolean =>
  node.type === "LogicalExpression" && node.operator !== "&&"
    ? isRole(node.left)
    : ROLE.test((dotted(node) ?? "").replace(/^.*\./, ""));

/** `{ role: wanted }` and `user.role = wanted`. */
function valueOfRole(node: t.Node): t.Node | undefined {
  // `const { role } = req.body` takes it, and stores nothing.
  if (node.type === "ObjectProperty")
    return parentOf(node)?.type === "ObjectExpression" && ROLE.test(keyName(node.key))
      ? node.value
      : undefined;
  return node.type === "AssignmentExpression" &&
    node.left.type === "MemberExpression" &&
    ROLE.test(keyName(node.left.property))
    ? node.right
    : undefined;
}

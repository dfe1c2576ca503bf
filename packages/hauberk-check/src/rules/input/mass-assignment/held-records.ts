import { alternatives } from "../../../model/alternatives.ts";
import type { Program } from "../../../model/program.ts";
import type { t } from "../../../parse/ast.ts";
import { parentOf } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { injectedMethod } from "../../kit/injected.ts";
import { keyName } from "../../kit/nodes.ts";
import type { NodeContext } from "../../rule.ts";

const MAKES = /^(?:create|build|bulkCreate|insert|insertOne)$/;

/**
 * What a class of the project keeps to write with, as it was given: `this.model.create(data)`, `this.userCollection.insertOne(data)`;
 * and `db.collection("users")` under a name of its own. A class of the project may pick the fields in its own `create`.
 */
export function isHeldRecord(node: t.CallExpression, context: NodeContext): boolean {
  const { callee } = node;
  if (callee.type !== "MemberExpression" || callee.computed) return false;
  const { object } = callee;
  const method = keyName(callee.property);
  if (!MAKES.test(method)) return false;
  if (object.type === "Identifier") return method === "insertOne" && isCollection(object, context);
  return (
    object.type === "MemberExpression" &&
    object.object.type === "ThisExpression" &&
    HELD.test(keyName(object.property)) &&
    !isOfProject(callee, method, context)
  );
}

const HELD = /^(?:model|collection)$|(?:Model|Collection)$/;

const isCollection = (object: t.Identifier, { value }: NodeContext): boolean => {
  const made = value(object);
  return made.k === "call" && made.callee.k === "member" && made.callee.name === "collection";
};

const isOfProject = (
  callee: t.MemberExpression,
  method: string,
  { module, program, value }: NodeContext,
): boolean =>
  ownMethods(program).has(method) ||
  injectedMethod(callee, module, program) !== undefined ||
  alternatives(value(callee)).some((one) => one.k === "fn");

/** Methods of the project's classes that are called like models. */
const ownMethods = remembered(
  (program: Program): ReadonlySet<string> =>
    new Set(
      program.modules.flatMap(({ index }) =>
        (index.get("ClassMethod") ?? []).flatMap((node) => {
          const holder = parentOf(parentOf(node) ?? node);
          const isModel =
            (holder?.type === "ClassDeclaration" || holder?.type === "ClassExpression") &&
            /(?:Model|Collection)$/.test(holder.id?.name ?? "");
          return isModel && node.type === "ClassMethod" ? [keyName(node.key)] : [];
        }),
      ),
    ),
);

import { boundNames, isFunction, walk, type FunctionNode, type t } from "../../../parse/ast.ts";
import { remembered } from "../../../remembered.ts";
import { dotted, keyName, plainText, type HandlerNames } from "../../kit/nodes.ts";

/** `req.query.q`, for a name that holds that and never anything else. */
export const fieldHeld = (name: string, { fn, req }: HandlerNames): string | undefined => {
  const key = queryNames(fn).get(name);
  return key?.startsWith(`${req}.query.`) === true ? key : undefined;
};

const queryNames = remembered((fn: FunctionNode): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const others = new Set<string>();
  const note = (name: string, key: string | undefined): void => {
    if (key === undefined || found.has(name)) others.add(name);
    else found.set(name, key);
  };
  walk(fn.body, (node) => {
    if (isFunction(node))
      for (const param of node.params) for (const name of boundNames(param)) others.add(name);
    if (node.type === "AssignmentExpression") for (const name of boundNames(node.left)) others.add(name);
    if (node.type !== "VariableDeclarator") return;
    const fields = fieldsOf(node);
    for (const name of boundNames(node.id)) note(name, fields.get(name));
  });
  for (const name of others) found.delete(name);
  return found;
});

/** `const { q = "" } = req.query` and `const q = req.query.q || ""`. */
function fieldsOf({ id, init }: t.VariableDeclarator): ReadonlyMap<string, string> {
  const value = init?.type === "LogicalExpression" && plainText(init.right) !== undefined ? init.left : init;
  const from = value === null || value === undefined ? undefined : dotted(value);
  if (from === undefined) return new Map();
  if (id.type === "Identifier") return new Map(/^\w+\.query\.\w+$/.test(from) ? [[id.name, from]] : []);
  if (id.type !== "ObjectPattern" || !/^\w+\.query$/.test(from)) return new Map();
  return new Map(
    id.properties.flatMap((one) => {
      if (one.type !== "ObjectProperty") return [];
      const target = one.value.type === "AssignmentPattern" ? one.value.left : one.value;
      return target.type === "Identifier" ? [[target.name, `${from}.${keyName(one.key)}`] as const] : [];
    }),
  );
}

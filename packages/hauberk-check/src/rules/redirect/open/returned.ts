import { decoratorsOf } from "../../../model/decorators.ts";
import { isFunction, walk, type Node, type t } from "../../../parse/ast.ts";
import { mentions } from "../../kit/mentions.ts";
import { keyName } from "../../kit/nodes.ts";
import type { NodeContext } from "../../rule.ts";

const FRAMEWORKS = /["'](?:@nestjs\/common|routing-controllers)["']/;

/** Where a method with `@Redirect()` says to go: `return { url }` in NestJS, the text itself in routing-controllers. */
export function returnedTargets(method: Node, { module, program }: NodeContext): readonly t.Node[] {
  if (method.type !== "ClassMethod" || !method.decorators || !mentions(module, FRAMEWORKS)) return [];
  const decorator = decoratorsOf(program.machine, method, module).find(({ name }) => name === "Redirect");
  if (decorator === undefined) return [];
  const found: t.Node[] = [];
  walk(method.body, (node) => {
    if (isFunction(node)) return false;
    if (node.type === "ReturnStatement" && node.argument) found.push(node.argument);
    return true;
  });
  return decorator.from === "routing-controllers" ? found : found.flatMap(addressesIn);
}

function addressesIn(node: t.Node): readonly t.Node[] {
  if (node.type === "ConditionalExpression") return [node.consequent, node.alternate].flatMap(addressesIn);
  if (node.type !== "ObjectExpression") return [];
  return node.properties.flatMap((one) =>
    one.type === "ObjectProperty" && keyName(one.key) === "url" ? [one.value] : [],
  );
}

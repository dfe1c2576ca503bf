import { decoratorsOf } from "../../../model/decorators.ts";
import { isFunction, walk, type Node, type t } from "../../../parse/ast.ts";
import { mentions } from "../../kit/mentions.ts";
import { plainText } from "../../kit/nodes.ts";
import { checkArgument, type Reached } from "../../kit/sinks.ts";
import type { NodeContext } from "../../rule.ts";
import { isHtml } from "./helpers.ts";

const NEST = /["']@nestjs\/common["']/;
const PAGES = /^(?:Get|Post|All)$/;

/** A text that a method of NestJS gives back is sent as HTML: `@Get() greet(@Query("name") name: string) { return `<h1>${name}</h1>`; }`. */
export function checkReturned(method: Node, context: NodeContext, found: (reached: Reached) => void): void {
  if (method.type !== "ClassMethod" || !method.decorators || !mentions(context.module, NEST)) return;
  // `class Wrap implements NestInterceptor` may put every answer into an object.
  if (!givesPages(method, context) || context.program.mention(/\bNestInterceptor\b/) !== undefined) return;
  walk(method.body, (node) => {
    if (isFunction(node)) return false;
    if (node.type !== "ReturnStatement" || !node.argument) return true;
    checkArgument(node, node.argument, context, (reached) => {
      const isText = /^(?:TemplateLiteral|BinaryExpression)$/.test(reached.argument.type);
      if (isHtml(reached.text) || (isText && reached.isGivenBack !== true)) found(reached);
    });
    return true;
  });
}

function givesPages(method: t.ClassMethod, { program, module }: NodeContext): boolean {
  const decorators = decoratorsOf(program.machine, method, module);
  return (
    decorators.some(({ name }) => PAGES.test(name)) &&
    !decorators.some(
      ({ name, args }) =>
        /^(?:Render|Redirect|UseInterceptors|Sse)$/.test(name) ||
        (name === "Header" && !/html/i.test(args.map((one) => plainText(one) ?? "").join(" "))),
    )
  );
}

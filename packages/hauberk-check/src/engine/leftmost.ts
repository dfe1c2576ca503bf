import type { t } from "../parse/ast.ts";

/** The name an expression like `a.b(c).d()` starts with. */
export function leftmostIdentifier(node: t.Node): string | undefined {
  let at: t.Node = node;
  for (;;) {
    switch (at.type) {
      case "Identifier":
        return at.name;
      case "CallExpression":
      case "OptionalCallExpression":
      case "NewExpression":
        at = at.callee;
        break;
      case "MemberExpression":
      case "OptionalMemberExpression":
        at = at.object;
        break;
      case "AwaitExpression":
        at = at.argument;
        break;
      default:
        return undefined;
    }
  }
}

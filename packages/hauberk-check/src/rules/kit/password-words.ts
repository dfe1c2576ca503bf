import type { t } from "../../parse/ast.ts";
import { dotted } from "./nodes.ts";

const PASSWORD =
  /(?:^|[._])(?:(?:new|old|current|user|plain|raw|given|my|clear)_?)?(?:password|passwd|pwd|passphrase|pass)(?:_?(?:plain|text|input|raw))?\d?$/i;

/** Whether a name or a field says that it is a password, and not its hash, its length or a place for it. */
export const isPassword = (node: t.Node): boolean => PASSWORD.test(dotted(node) ?? "");

/** `user.password` of what a look-up gave; what a configuration holds is another matter. */
export const isStoredPassword = (node: t.Node): boolean =>
  (node.type === "MemberExpression" || node.type === "OptionalMemberExpression") &&
  /^(?:\w*user|u|account|member|customer|client|admin|person|row|record|found|doc|existing|employee|student|result|rows?|users?|results?)(?:\.0|\.dataValues)?\.(?:password|passwd|pwd|pass)$/i.test(
    dotted(node)?.replace(/^this\.(?=\w+\.)/, "") ?? "",
  );

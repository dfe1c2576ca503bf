import { ancestors, parentOf, walk, type t } from "../../../parse/ast.ts";
import { lastName } from "../../kit/function-names.ts";
import { calleeName, plainText } from "../../kit/nodes.ts";

/** What a chain of express-validator says about a field. */
export interface Chain {
  readonly node: t.Node;
  readonly field: string;
  readonly part: "body" | "query" | "any";
  /** It makes a text, a number or a date of it: whoever reads the result. */
  readonly isMade: boolean;
  /** It refuses an object, where somebody reads the result. */
  readonly isAsked: boolean;
  /** `await body("mail").isEmail().run(req)`, and `req.assert("mail").isEmail()` of the versions before 6. */
  readonly isRun: boolean;
}

const BEGINS = /^(?:\w+\.)?(?:assert|(?:check|sanitize)(?:Body|Query)?|body|query|filter)$/;
const ASKS =
  /^(?:isString|isEmail|isAlpha|isAlphanumeric|isAscii|isBase64|isBoolean|isCreditCard|isCurrency|isDate|isISO8601|isRFC3339|isDecimal|isFloat|isInt|isNumeric|isHash|isHexadecimal|isHexColor|isIP|isIn|isJWT|isLowercase|isUppercase|isMobilePhone|isMongoId|isPostalCode|isSlug|isStrongPassword|isULID|isURL|isUUID|matches)$/;
const MAKES =
  /^(?:trim|ltrim|rtrim|escape|normalizeEmail|toInt|toFloat|toBoolean|toDate|toLowerCase|toUpperCase|stripLow|whitelist|blacklist|toString)$/;

/** The chains in a list of them, or in what a handler does itself. */
export function chainsIn(root: t.Node): readonly Chain[] {
  const found: Chain[] = [];
  walk(root, (node) => {
    if (node.type === "CallExpression") found.push(...chainsFrom(node));
  });
  return found;
}

function chainsFrom(node: t.CallExpression): readonly Chain[] {
  const name = calleeName(node);
  if (name === undefined || !BEGINS.test(name)) return [];
  const steps = stepsAfter(node);
  // What is asked only of some requests, or beside something else that may be instead, says nothing for certain.
  if (steps.includes("if") || ancestors(node).some((up) => calleeName(up) === "oneOf")) return [];
  const last = name.slice(name.lastIndexOf(".") + 1);
  const isOfOld = /^(?:req|request)\./.test(name);
  const part = /body$/i.test(last) ? "body" : /query$/i.test(last) ? "query" : "any";
  const [given] = node.arguments;
  const fields = given?.type === "ArrayExpression" ? given.elements : [given];
  return fields.flatMap((one) => {
    const field = one ? plainText(one) : undefined;
    return field === undefined
      ? []
      : [
          {
            node,
            field,
            part,
            isMade: steps.some((step) => MAKES.test(step)),
            isAsked: steps.some((step, i) => ASKS.test(step) && steps[i - 1] !== "not"),
            isRun: isOfOld || steps.includes("run"),
          },
        ];
  });
}

/** `isEmail` and `trim` of `body("mail").isEmail().trim()`. */
function stepsAfter(node: t.CallExpression): readonly string[] {
  const steps: string[] = [];
  let inner: t.Node = node;
  for (;;) {
    const member = parentOf(inner);
    const call = member === undefined ? undefined : parentOf(member);
    if (member?.type !== "MemberExpression" || member.object !== inner) return steps;
    if (call?.type !== "CallExpression" || call.callee !== member) return steps;
    steps.push(lastName(member) ?? "");
    inner = call;
  }
}

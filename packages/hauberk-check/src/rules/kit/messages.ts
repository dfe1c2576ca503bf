import type { Program } from "../../model/program.ts";
import { remembered } from "../../remembered.ts";
import { ancestors, isFunction, type FunctionNode, type t } from "../../parse/ast.ts";
import type { NodeContext } from "../rule.ts";
import type { HandlerNames } from "./nodes.ts";
import type { Held } from "./held.ts";
import { namesIn } from "./held-names.ts";
import { controllersIn } from "./controllers.ts";
import { guardRequestsIn } from "./guard-requests.ts";
import { contractsIn } from "./contracts.ts";
import { proceduresIn } from "./procedures.ts";
import { resolversIn } from "./resolvers.ts";
import { socketListeners } from "./sockets.ts";
import { strategies } from "./strategies.ts";

/** A function that is called with data of a client, and which of its parameters hold it. */
export interface Receiver {
  readonly fn: FunctionNode;
  readonly given: readonly (readonly [param: t.Node, held: Held])[];
  /** What the fields of a parameter hold: `action.request.headers`. */
  readonly named?: readonly (readonly [name: string, held: Held])[];
  /** The names of the request and of the answer, where it is given these as well. */
  readonly req?: string;
  readonly res?: string;
}

/** The function that a socket calls with a message, GraphQL with its arguments, passport with a password or a framework with a body, that a node stands in. */
export function messageAround(
  node: t.Node,
  { program }: Pick<NodeContext, "program">,
): HandlerNames | undefined {
  const all = receivers(program);
  if (all.size === 0) return undefined;
  for (const up of ancestors(node)) {
    const found = isFunction(up) ? all.get(up) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

const receivers = remembered(
  (program: Program): ReadonlyMap<FunctionNode, HandlerNames> =>
    new Map(
      [
        ...socketListeners(program),
        ...resolversIn(program),
        ...strategies(program),
        ...controllersIn(program),
        ...guardRequestsIn(program),
        ...proceduresIn(program),
        ...contractsIn(program),
      ].map((one) => [one.fn, namesOf(one)] as const),
    ),
);

const namesOf = ({ fn, given, named = [], req = "", res = "" }: Receiver): HandlerNames => ({
  fn,
  req,
  res,
  given: new Map([...given.flatMap(([param, held]) => heldNames(param, held)), ...named]),
});

/** `data`, and the names of `({ name, room })` but for those that are numbers. */
function heldNames(param: t.Node, held: Held): readonly (readonly [string, Held])[] {
  if (param.type === "AssignmentPattern") return heldNames(param.left, held);
  return param.type === "Identifier" || param.type === "ObjectPattern" ? namesIn(param, held) : [];
}

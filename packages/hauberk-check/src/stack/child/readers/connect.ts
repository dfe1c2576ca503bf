import type { StackValue } from "../../facts.ts";
import { session } from "./session.ts";
import { object, type Variables } from "./shape.ts";

/** The middleware of Express 3 that connect has itself: its sessions, and the parsers that take files. */
export function connect(variables: Variables): readonly StackValue[] | undefined {
  if (variables.has("store")) return session(variables);
  // bodyParser() is made of three parsers, multipart() keeps its own limit; there is no option that would matter.
  const takesFiles = variables.has("_multipart") || (variables.has("limit") && variables.has("options"));
  return takesFiles ? [object({})] : undefined;
}

import type { StackValue } from "../../facts.ts";
import { describe } from "../measure.ts";
import { first, object, plain, type Variables } from "./shape.ts";

/** serve-static, and send. */
export function files(variables: Variables): readonly StackValue[] {
  const options = plain(first(variables, "opts", "options"));
  const root = first(variables, "root") ?? options["root"];
  return [
    describe(root),
    object({
      dotfiles: describe(options["dotfiles"]),
      hidden: describe(options["hidden"]),
      index: describe(options["index"]),
    }),
  ];
}

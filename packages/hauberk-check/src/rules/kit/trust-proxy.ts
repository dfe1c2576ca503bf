import { inProduction } from "../../model/alternatives.ts";
import { isKnown, type Value } from "../../model/values.ts";
import { isTrue } from "./callbacks.ts";

/** Whether a `trust proxy` setting believes every sender: `true`, or `() => true`. */
export function trustsEveryone(setting: Value): boolean {
  const value = inProduction(setting);
  if (isKnown(value, true)) return true;
  if (value.k !== "fn") return false;
  const { body } = value.node;
  if (body.type !== "BlockStatement") return isTrue(body);
  const [only, ...more] = body.body;
  return more.length === 0 && only?.type === "ReturnStatement" && !!only.argument && isTrue(only.argument);
}

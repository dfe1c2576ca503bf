import { sourceText } from "../../model/module.ts";
import type { Endpoint } from "../../model/view.ts";
import type { t } from "../../parse/ast.ts";
import { saidBy } from "./nodes.ts";

/** `router.put("/:id", () => { throw new NotSupported(); })`, `app.delete("/", (req, res) => res.sendStatus(405))`: it does nothing for anybody. */
export function onlyRefuses({ parts }: Endpoint): boolean {
  const last = parts.at(-1)?.fn;
  if (last === undefined) return false;
  const { body } = last.node;
  const done: readonly t.Node[] = body.type === "BlockStatement" ? body.body : [body];
  const kinds = done.map((one) => kindOf(one, (node) => sourceText(last.module, node)));
  return kinds.includes("refusal") && !kinds.includes("other");
}

type TextOf = (node: t.Node) => string;

function kindOf(node: t.Node, textOf: TextOf): "refusal" | "log" | "other" {
  if (node.type === "ThrowStatement") return "refusal";
  const said = saidBy(node);
  if (said === undefined) return "log";
  const text = textOf(said);
  if (REFUSES.test(text)) return "refusal";
  return LOGS.test(text) ? "log" : "other";
}

const REFUSES =
  /^(?:_?res(?:ponse)?|reply)\s?\.(?:status|sendStatus|code)\(\s?(?:40[345]|410|501)\b|^next\(\s?(?:new\s|create\w{0,20}Error\()/;
const LOGS = /^(?:console|log|logger|(?:this|req)\.log(?:ger)?)\.\w{1,10}\(/;

import { isContainer } from "../../../files/kinds.ts";
import type { ProjectFiles } from "../../../files/project-files.ts";
import { remembered } from "../../../remembered.ts";
import { isFunction } from "../../../parse/ast.ts";
import { alternatives, inProduction } from "../../../model/alternatives.ts";
import type { Site, Value } from "../../../model/values.ts";
import type { AppView } from "../../../model/view.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const ANY_ADDRESS: ReadonlySet<unknown> = new Set(["0.0.0.0", "::", "[::]"]);

export const rule: Rule = defineRule({
  id: "process/bind-all",
  title: "The app listens on every interface although a proxy on the same machine stands in front",
  severity: "info",
  confidence: "medium",
  cwe: [668],
  asvs: [],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Who reaches the port directly passes the proxy by, and with it TLS, its limits, and the truth of X-Forwarded-For.",
  fix: 'Give listen the loopback address: `app.listen(port, "127.0.0.1")`.',
  doc: "Only where the app itself says that its proxy is on this machine (`trust proxy` names the loopback), and only where no container or platform file asks for all interfaces.",
  app({ view, program, report }) {
    if (!trustsLoopback(view) || runsInContainer(program.files)) return;
    for (const site of view.app.listens) {
      if (listensEverywhere(site))
        report({ at: site, message: "No address is given to listen, and `trust proxy` names the loopback." });
    }
  },
});

function trustsLoopback(view: AppView): boolean {
  return view.settings.some(
    (one) => one.name === "trust proxy" && texts(one.value).some((text) => /loopback|^127\.|^::1/.test(text)),
  );
}

function texts(value: Value): readonly string[] {
  return alternatives(inProduction(value)).flatMap((one) =>
    one.k === "arr"
      ? one.items.flatMap(texts)
      : one.k === "prim" && typeof one.v === "string"
        ? one.v.split(",").map((each) => each.trim())
        : [],
  );
}

const runsInContainer = remembered((files: ProjectFiles): boolean => files.list.some(isContainer));

/** `listen(port)`, `listen(port, callback)`, or the any-address by name. A path, an object or a variable is something else. */
function listensEverywhere({ node }: Site): boolean {
  if (node.type !== "CallExpression") return false;
  const [first, second] = node.arguments;
  if (first === undefined || first.type === "ObjectExpression") return false;
  if (second === undefined || isFunction(second)) return true;
  return second.type === "StringLiteral" && ANY_ADDRESS.has(second.value);
}

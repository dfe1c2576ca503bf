import { chainOf } from "../../../engine/protections.ts";
import { covers, printPath } from "../../../model/path-patterns.ts";
import type { AppView, Step } from "../../../model/view.ts";
import type { Part } from "../../../model/parts.ts";
import { leftmostIdentifier } from "../../../engine/leftmost.ts";
import { dotted, handlerAround } from "../../kit/nodes.ts";
import { namesInternals, showsEnvironment, toldByName, toldOfMachine } from "../../kit/shown-internals.ts";
import { SECRET_HOLDER, secretInside } from "../../kit/secret-holders.ts";
import { rootPackage } from "../../../model/values.ts";
import type { Internal } from "../../../live/facts.ts";
import type { Node, t } from "../../../parse/ast.ts";
import {
  ALL_EXPRESS,
  defineRule,
  type AppContext,
  type NodeContext,
  type Problem,
  type Rule,
} from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "debug/endpoint",
  title: "Internals are shown to everyone",
  severity: "medium",
  confidence: "medium",
  cwe: [489],
  asvs: ["13.4.5"],
  lenses: ["source", "stack", "live"],
  express: ALL_EXPRESS,
  why: "Metrics, status pages and API consoles tell an attacker what runs where and how busy it is.",
  fix: "Serve them on a port of their own, or behind a guard.",
  callees: [/\.(?:json|send)$/],
  visit: { CallExpression: checkAnswer },
  app(context) {
    const { view, report } = context;
    for (const step of view.steps) {
      const part = step.parts.find((one) => one.role === "metrics");
      if (part === undefined || part.conditional) continue;
      if (!guarded(passedBefore(view, step)))
        report({ at: part.site, message: `${part.name} is open to everyone.` });
    }
    reportDocs(context);
    reportConsoles(context);
    for (const endpoint of view.endpoints) {
      const path = printPath(endpoint.paths);
      if (endpoint.method !== "get" || guarded([...chainOf(view, endpoint), ...endpoint.parts])) continue;
      if (endpoint.parts.some((part) => showsEnvironment(part.facts?.source ?? ""))) {
        report({
          at: endpoint.layer.site,
          message: `GET ${path} shows every environment variable, secrets among them.`,
          severity: "high",
        });
        continue;
      }
      if (namesInternals(endpoint)) {
        report({ at: endpoint.layer.site, message: `GET ${path} is open to everyone.` });
        continue;
      }
      const last = endpoint.parts.at(-1);
      const source = last?.facts?.source ?? "";
      const told = toldOfMachine(source) ?? toldByName(source, last?.fn?.module.text ?? "");
      if (told !== undefined)
        report({
          at: endpoint.layer.site,
          message: `GET ${path} tells everyone ${told}.`,
          severity: "low",
        });
    }
  },
  live({ facts: { internals = [] }, report }) {
    for (const { kind, url } of internals) report({ url, ...SHOWN[kind] });
  },
});

/** What a stranger was shown, by its kind. */
const SHOWN: Readonly<Record<Internal["kind"], Pick<Problem, "message" | "severity">>> = {
  metrics: { message: "The metrics are open to everyone." },
  status: { message: "The status page is open to everyone." },
  process: { message: "Numbers about the process are open to everyone." },
  environment: {
    message: "Every environment variable is shown to everyone, secrets among them.",
    severity: "high",
  },
  docs: { message: "The API's documentation is open to everyone.", severity: "info" },
};

/** API documentation is often meant for everyone: said once, and at the lowest level. */
function reportDocs({ view, report }: AppContext): void {
  for (const step of view.steps) {
    const part = step.parts.find((one) => one.role === "docs");
    if (part === undefined || part.conditional) continue;
    if (guarded(passedBefore(view, step))) continue;
    report({
      at: step.layer.site,
      message: "The API's documentation is open to everyone.",
      severity: "info",
    });
    return;
  }
}

/** Consoles of queues and databases: who opens one does what the app may do. */
const CONSOLES =
  /^(?:@bull-board\/express|@bull-board\/ui|bull-board|bull-arena|agendash|mongo-express|express-admin|redis-commander)$/;

function reportConsoles({ view, report }: AppContext): void {
  for (const step of view.steps) {
    const part = step.parts.find((one) => CONSOLES.test(rootPackage(one.value)?.name ?? ""));
    if (
      part === undefined ||
      part.conditional ||
      guarded(passedBefore(view, step).filter((one) => one !== part))
    )
      continue;
    report({
      at: step.layer.site,
      message: `${rootPackage(part.value)?.name ?? "The console"} is open to everyone, and changes what it shows.`,
      severity: "high",
    });
  }
}

/** What a request for this mount may have passed: mounts for other paths are not on its way. */
function passedBefore(view: AppView, step: Step): readonly Part[] {
  return view.steps
    .filter(
      (one) => one.layer === step.layer || (one.at < step.at && covers(one.paths, step.paths) !== false),
    )
    .flatMap((one) => one.parts);
}

function guarded(parts: readonly Part[]): boolean {
  return parts.some((part) => part.role === "auth" || part.role === "token-auth" || part.role === "unknown");
}

const isSecretOfEnvironment = (name = ""): boolean =>
  /^process\.env\.\w+$/.test(name) && /SECRET|PASSWORD|PASSWD|_PASS|PRIVATE_KEY/.test(name);

/** `res.json({ config: { jwtSecret: process.env.JWT_SECRET } })`: also behind a guard nobody needs to read it. */
function checkAnswer(node: Node, { module, report, value }: NodeContext): void {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
  const { property } = node.callee;
  if (property.type !== "Identifier" || !/^(?:json|send)$/.test(property.name)) return;
  const res = handlerAround(node)?.res ?? "";
  const [given] = node.arguments;
  if (res === "" || leftmostIdentifier(node) !== res || given === undefined) return;
  const parts = valuesIn(given);
  const holder = parts.find((one) => SECRET_HOLDER.test(dotted(one) ?? ""));
  const held = holder === undefined ? undefined : secretInside(value(holder));
  if (holder !== undefined && held !== undefined) {
    const verb = holder === given ? "is" : "contains";
    report({
      at: { module, node },
      message: `The answer ${verb} ${dotted(holder) ?? ""}, with ${held} in it.`,
      severity: "high",
    });
    return;
  }
  const secret = parts.map(dotted).find(isSecretOfEnvironment);
  if (secret !== undefined)
    report({ at: { module, node }, message: `The answer contains ${secret}.`, severity: "high" });
}

/** The values of an object literal, and of those inside it. */
function valuesIn(node: t.Node): readonly t.Node[] {
  if (node.type !== "ObjectExpression") return [node];
  return node.properties.flatMap((one) => (one.type === "ObjectProperty" ? valuesIn(one.value) : []));
}

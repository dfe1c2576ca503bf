import type { t } from "../../../parse/ast.ts";
import type { App, Condition } from "../../../model/app.ts";
import type { Program } from "../../../model/program.ts";
import type { Site } from "../../../model/values.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import { remembered } from "../../../remembered.ts";

export const rule: Rule = defineRule({
  id: "tls/no-redirect",
  title: "The app that is served over TLS also answers without it",
  severity: "medium",
  confidence: "high",
  cwe: [319],
  asvs: ["12.2.1"],
  lenses: ["source", "live"],
  express: ALL_EXPRESS,
  why: "Somebody on the way keeps the visitor on http, reads what is sent and takes the cookies.",
  fix: "Let the http server answer with a redirect to the configured https origin, and nothing else.",
  doc: "Said when one app is given to an https and to an http server, or when a target that is not this machine answers a page over http. Behind a proxy the redirect is the proxy's work, so the source says nothing there.",
  app({ view, program, report }) {
    if (view.steps.some((step) => step.parts.some((part) => part.role === "https-redirect"))) return;
    const servers = serversOf(program).get(view.app) ?? [];
    const https = servers.find(({ name }) => name === "https");
    // Both stand in the same branch (`if (cluster.isPrimary) ... else ...`), or in none.
    const http = servers.find((one) => one.name === "http" && isSame(one.when, https?.when));
    const secure = https?.site;
    const plain =
      http?.site ??
      (https?.when.length === 0 ? view.app.listens.find((site) => isOfApp(program, site)) : undefined);
    if (secure === undefined || plain === undefined) return;
    report({
      at: plain,
      message: "The app that the https server has answers here without TLS.",
      related: [{ at: secure, message: "the https server" }],
    });
  },
  live({ facts, report }) {
    const page = facts.classes.get("page");
    const host = new URL(facts.origin).hostname;
    if (page === undefined || facts.isHttps || page.status >= 300) return;
    if (!/^(?:localhost|127\.|\[::1\])|\.localhost$/.test(host))
      report({ url: page.url, message: "The page is answered over http, without a redirect." });
  },
});

interface Server {
  /** `https` in `https.createServer(...)`. */
  readonly name: string;
  readonly site: Site;
  /** The branches it is made in. */
  readonly when: readonly Condition[];
}

const isSame = (a: readonly Condition[], b: readonly Condition[] | undefined): boolean =>
  a.length === b?.length && a.every((one, i) => one === b[i]);

/** `app.listen(80)` rather than `server.listen(80)`. */
function isOfApp(program: Program, { module, node }: Site): boolean {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return false;
  const { object } = node.callee;
  return program.valueAt(module, object).k === "app";
}

/** The servers each app was given to; read once, as a program can have a hundred apps and many thousand calls. */
const serversOf = remembered(readServers);

function readServers(program: Program): ReadonlyMap<App, readonly Server[]> {
  const found = new Map<App, Server[]>();
  for (const { call, conditions } of program.machine.calls) {
    const name = serverName(call.site.node);
    if (name === undefined) continue;
    const server = { name, site: call.site, when: conditions };
    for (const one of call.args)
      if (one.k === "app") found.set(one.app, [...(found.get(one.app) ?? []), server]);
  }
  return found;
}

function serverName(node: t.Node): string | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return undefined;
  const { object, property } = node.callee;
  return object.type === "Identifier" && property.type === "Identifier" && property.name === "createServer"
    ? object.name
    : undefined;
}

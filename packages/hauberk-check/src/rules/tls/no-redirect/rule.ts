import type { t } from "../../../parse/ast.ts";
import type { Site } from "../../../model/values.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

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
    const servers = program.machine.calls.filter(({ call }) =>
      call.args.some((one) => one.k === "app" && one.app === view.app),
    );
    const named = (scheme: string): Site | undefined =>
      servers.find(
        ({ call, conditions }) => conditions.length === 0 && serverOf(call.site.node)?.startsWith(scheme),
      )?.call.site;
    const [secure, plain] = [named("https."), named("http.")];
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

/** `https.createServer` as written. */
function serverOf(node: t.Node): string | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return undefined;
  const { object, property } = node.callee;
  if (object.type !== "Identifier" || property.type !== "Identifier" || property.name !== "createServer")
    return undefined;
  return `${object.name}.`;
}

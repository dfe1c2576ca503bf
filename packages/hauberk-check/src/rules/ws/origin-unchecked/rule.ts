import type { LiveFacts } from "../../../live/facts.ts";
import { inProduction } from "../../../model/alternatives.ts";
import { codeOf } from "../../../model/module.ts";
import { property } from "../../../model/properties.ts";
import { isKnown } from "../../../model/values.ts";
import { sessionCookies } from "../../kit/live-cookies.ts";
import { callArguments, calleeName } from "../../kit/nodes.ts";
import { optionsOf, optionSite } from "../../kit/options.ts";
import { usesServerSessions, usesCookieSessions } from "../../kit/session-cookie.ts";
import { ALL_EXPRESS, defineRule, type Context, type PackageCall, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ws/origin-unchecked",
  title: "Other sites may open a WebSocket as the visitor",
  severity: "medium",
  confidence: "medium",
  cwe: [1385],
  asvs: ["4.4.2"],
  lenses: ["source", "live"],
  express: ALL_EXPRESS,
  why: "CORS does not hold for WebSockets: the browser sends the session cookie with the handshake, whoever asks.",
  fix: "Compare the Origin header with the app's own in `verifyClient` or in the upgrade handler.",
  call: {
    names: ["ws.Server", "ws.WebSocketServer", "socket.io.Server", "socket.io"],
    run(call, context) {
      if (call.name.startsWith("ws.")) {
        const options = optionsOf(call);
        if (
          options.k !== "obj" ||
          /headers\??\.origin|["']origin["']|checkOrigin|allowedOrigins/i.test(codeOf(call.site.module)) ||
          !isKnown(property(options, "verifyClient"), undefined)
        )
          return;
        if (
          isKnown(property(options, "noServer"), true) ||
          !(usesServerSessions(context) || usesCookieSessions(context))
        )
          return;
        context.report({
          at: call.site,
          message: "The handshake's Origin is not looked at, and the app has sessions.",
        });
        return;
      }
      const at = isKnown(inProduction(call.args[1] ?? { k: "prim", v: undefined }), undefined) ? 0 : 1;
      const origin = property(optionsOf(call, at), "cors.origin");
      if (isKnown(origin, "*") || isKnown(origin, true))
        context.report({ at: optionSite(call, "cors.origin", at), message: "Every origin may connect." });
      else if (trustsCookie(call, at, context))
        context.report({
          at: call.site,
          message: "The handshake's cookie says who connects, and its Origin is not looked at.",
          fix: "Compare the Origin header with the app's own in `allowRequest`, or set the cookie with SameSite.",
        });
    },
  },
  callees: [/(?:^|\.)(?:set|origins)$/],
  visit: {
    // Before version 3 of socket.io, `io.set("origins", "*:*")` and `io.origins("*:*")`.
    CallExpression(node, { module, report }) {
      const [, method] = /(?:^|\.)(set|origins)$/.exec(calleeName(node) ?? "") ?? [];
      if (method === undefined) return;
      const texts = callArguments(node).map((one) => (one.type === "StringLiteral" ? one.value : ""));
      const said = method === "set" ? ["origins", "*:*"] : ["*:*"];
      if (texts.length === said.length && said.every((text, i) => texts[i] === text))
        report({ at: { module, node }, message: "Every origin may connect." });
    },
  },
  live({ facts, report, unchecked }) {
    if (facts.openSocketIo !== undefined)
      report({ url: facts.openSocketIo, message: "Every origin may connect." });
    if (!sendsCookiesAcross(facts)) return;
    for (const { url, verdict } of facts.sockets ?? []) {
      if (verdict === "open")
        report({ url, message: "With the visitor's cookies the handshake of another site is answered too." });
      if (verdict === "public")
        unchecked(`the WebSocket at ${new URL(url).pathname} opens for everybody, with cookies or without`);
    }
  },
});

/** SameSite keeps a session cookie out of handshakes that another site's page makes. */
const sendsCookiesAcross = (facts: LiveFacts): boolean =>
  sessionCookies(facts).some(
    ({ cookie }) => !/^(?:lax|strict)$/i.test(cookie.attributes.get("samesite") ?? ""),
  );

/** CORS holds for the polling transport only: a WebSocket is opened from anywhere, and the cookie comes along. */
function trustsCookie(call: PackageCall, at: number, { program }: Context): boolean {
  const options = optionsOf(call, at);
  // One argument that is no object is the server: there are no options then.
  const isUnset = (path: string): boolean =>
    options.k === "obj" ? isKnown(property(options, path), undefined) : at === 0;
  const code = codeOf(call.site.module);
  return (
    /\b(?:handshake|request|req)\.headers\.cookie\b/.test(code) &&
    !/headers\??\.origin|["']origin["']|allowedOrigins|\.origins\s*\(/i.test(code) &&
    ["allowRequest", "origins", "cors.origin"].every(isUnset) &&
    program.mention(/sameSite['"]?\s*:\s*["'](?:lax|strict)/i) === undefined
  );
}

import { keyName, plainText } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const TELLING =
  /^(?:server|x-aspnet-version|x-aspnetmvc-version|x-generator|x-runtime|x-version|x-backend-server|x-server|x-app-version|via)$/;

const TOLD_BY_HAND = /^(?:server|x-powered-by|x-generator|x-backend-server|x-server)$/i;

export const rule: Rule = defineRule({
  id: "fingerprint/server-headers",
  title: "Answers name software and version",
  severity: "info",
  confidence: "high",
  cwe: [200],
  asvs: ["13.4.6"],
  lenses: ["source", "live"],
  express: ALL_EXPRESS,
  why: "A version number is what a list of published holes is searched by.",
  fix: "Remove the header, in the app or in the proxy in front.",
  callees: [/\.(?:setHeader|set|header|append)$/],
  visit: {
    CallExpression(node, { module, report }) {
      if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return;
      if (!/^(?:setHeader|set|header|append)$/.test(keyName(node.callee.property))) return;
      const [first, value] = node.arguments;
      const name = first === undefined ? "" : (plainText(first) ?? "");
      if (!TOLD_BY_HAND.test(name)) return;
      const text = value === undefined ? "" : (plainText(value) ?? "");
      // What says express or node has a rule of its own.
      if (!/^[a-z][\w.-]{1,40}[/ ]v?\d{1,4}\.\d/i.test(text) || /^(?:express|node)\b/i.test(text)) return;
      report({ at: { module, node }, message: `${name}: ${text.slice(0, 60)} is written here.` });
    },
  },
  live({ facts, report }) {
    for (const answer of facts.answers) {
      const told = [...answer.headers].find(([name, value]) => TELLING.test(name) && /\d\.\d/.test(value));
      if (told === undefined) continue;
      report({ url: answer.url, message: `${told[0]}: ${told[1]}.` });
      return;
    }
  },
});

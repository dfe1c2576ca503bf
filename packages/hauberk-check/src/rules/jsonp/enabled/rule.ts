import { calleeName, handlerAround } from "../../kit/nodes.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "jsonp/enabled",
  title: "Data is sent as a script any site may load",
  severity: "low",
  confidence: "high",
  cwe: [346],
  asvs: ["3.5.6"],
  lenses: ["source", "live"],
  express: ALL_EXPRESS,
  why: "A script tag on another site gets the answer, with the visitor's cookies.",
  fix: "Use res.json() and CORS.",
  callees: [/\.jsonp$/],
  visit: {
    CallExpression(node, { module, report }) {
      if (calleeName(node)?.endsWith(".jsonp") !== true) return;
      const handler = handlerAround(node);
      if (handler !== undefined && handler.res !== "" && calleeName(node) === `${handler.res}.jsonp`)
        report({ at: { module, node }, message: "res.jsonp() is used." });
    },
  },
  live({ facts: { wrapped = [] }, report }) {
    for (const { url } of wrapped)
      report({ url, message: "The answer calls whatever function the query names." });
  },
});

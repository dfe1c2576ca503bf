import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "cors/vary-missing",
  title: "An answer made for one origin may be cached for another",
  severity: "low",
  confidence: "high",
  cwe: [524],
  asvs: ["3.4.2"],
  lenses: ["live"],
  express: ALL_EXPRESS,
  why: "A shared cache hands the answer, with the first caller's origin in it, to the next one: calls fail, or are allowed that should not be.",
  fix: "Send Vary: Origin whenever Access-Control-Allow-Origin depends on the request.",
  example: {
    faulty: "Access-Control-Allow-Origin: https://a.example",
    fixed: "Access-Control-Allow-Origin: https://a.example\nVary: Origin",
  },
  live({ facts, report }) {
    const found = facts.cors.find(
      ({ sent, answer }) =>
        answer.headers.get("access-control-allow-origin") === sent &&
        !/origin|\*/i.test(answer.headers.get("vary") ?? ""),
    );
    if (found !== undefined)
      report({ url: found.answer.url, message: "The origin is echoed without Vary: Origin." });
  },
});

import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

const TELLING =
  /^(?:server|x-aspnet-version|x-aspnetmvc-version|x-generator|x-runtime|x-version|x-backend-server|x-server|x-app-version|via)$/;

export const rule: Rule = defineRule({
  id: "fingerprint/server-headers",
  title: "Answers name software and version",
  severity: "info",
  confidence: "high",
  cwe: [200],
  asvs: ["13.4.6"],
  lenses: ["live"],
  express: ALL_EXPRESS,
  why: "A version number is what a list of published holes is searched by.",
  fix: "Remove the header, in the app or in the proxy in front.",
  example: {
    faulty: "Server: nginx/1.18.0\nX-Powered-By: PHP/7.4",
    fixed: "Server: nginx",
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

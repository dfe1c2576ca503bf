import type { OddInput } from "../../../live/facts.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "input/odd-fails",
  title: "Odd input makes the app fail",
  severity: "low",
  confidence: "high",
  cwe: [20, 755],
  asvs: ["2.2.1", "16.5.3"],
  lenses: ["live"],
  express: ALL_EXPRESS,
  why: "A 500 says that nobody looked at the value before it was used: what throws with a list or a number is where an attacker goes on trying, and each failure costs more than a refusal.",
  fix: "Check type and length of every field before it is used (a schema per route), and answer 400 or 415 to what does not fit.",
  example: {
    faulty: "GET /search?q[]=1\n\n500",
    fixed: "GET /search?q[]=1\n\n400",
  },
  doc: "Search forms and the sign-in are sent with one field spoilt: too long, repeated, a list, an object, a NUL, a broken escape, missing; as JSON a number, null and an object; JSON that breaks off and an unknown type. Other forms only with `--allow-writes`.",
  live({ facts, report }) {
    const byAddress = new Map<string, OddInput[]>();
    for (const one of facts.oddInput ?? []) {
      const address = `${one.answer.method} ${new URL(one.answer.url).pathname}`;
      byAddress.set(address, [...(byAddress.get(address) ?? []), one]);
    }
    for (const [address, all] of byAddress) {
      const [first] = all;
      if (first === undefined) continue;
      report({
        url: new URL(new URL(first.answer.url).pathname, facts.origin).href,
        message: `${address} answers ${String(first.answer.status)} to ${all.map((one) => one.what).join(", ")}.`,
      });
    }
  },
});

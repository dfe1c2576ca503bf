import { option, optionSite } from "../../kit/options.ts";
import { inProduction } from "../../../model/alternatives.ts";
import { isKnown, nameOf } from "../../../model/values.ts";
import { SESSION } from "../../kit/names.ts";
import { areSessionsUnused, YET } from "../../kit/unused-sessions.ts";
import { readable } from "../../kit/session-cookie.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "session/memory-store",
  title: "Sessions are kept in the memory of the process",
  severity: "medium",
  confidence: "high",
  cwe: [770],
  asvs: [],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "The default store never forgets: anyone can fill the memory by asking for sessions, and every restart logs everybody out.",
  fix: "Pass a store with expiry: Redis, PostgreSQL, SQLite, or another one.",
  call: {
    names: SESSION,
    run(call, context) {
      if (!readable(call, context)) return;
      const store = inProduction(option(call, "store"));
      const isMemory =
        store.k === "call" &&
        store.callee.k === "pkg" &&
        SESSION.some((name) => store.callee.k === "pkg" && `${name}.MemoryStore` === nameOf(store.callee));
      if (isMemory || isKnown(store, undefined) || isKnown(store, null)) {
        // What is only stored when something was written never is: the memory stays empty.
        const isUnused =
          isKnown(option(call, "saveUninitialized"), false) && areSessionsUnused(context.program);
        const said = isMemory
          ? "`store` is the MemoryStore"
          : "No `store` is given, so the MemoryStore is used";
        context.report({
          at: optionSite(call, "store"),
          message: `${said}${isUnused ? YET : ""}.`,
          ...(isUnused && { severity: "low" }),
        });
      }
    },
  },
});

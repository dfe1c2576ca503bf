import { doubtCompose, isCompose, isProductionDockerfile } from "../../kit/docker.ts";
import { ALL_EXPRESS, defineRule, type FileContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "process/node-env",
  title: "The deployed app runs in development mode",
  severity: "high",
  confidence: "high",
  cwe: [489],
  asvs: ["13.4.2"],
  lenses: ["source", "stack"],
  express: ALL_EXPRESS,
  why: "Outside production Express answers errors with the stack trace, and many libraries switch their protections off.",
  fix: "Start the deployed app with NODE_ENV=production.",
  app({ view, report }) {
    const env = view.settings.find((one) => one.name === "env");
    if (env?.value.k !== "prim" || env.value.v === "production") return;
    // A name of their own, such as "staging", is no development mode.
    const isWritten =
      env.conditions.length === 0 && typeof env.value.v === "string" && /^dev/i.test(env.value.v);
    if (view.lens === "stack" || isWritten)
      report({
        at: view.lens === "stack" ? view.app.site : env.site,
        message: `The setting "env" is ${JSON.stringify(env.value.v)}.`,
      });
  },
  file(context) {
    if (/(?:^|\/)package\.json$|\.service$|(?:^|\/)Procfile$/.test(context.path)) checkStart(context);
    if (isCompose(context.path)) doubtCompose(context, /NODE_ENV["']?\s*[:=]\s*["']?dev\w*/i);
    if (!isProductionDockerfile(context.path)) return;
    const all = [...context.text.matchAll(/^[ \t]*ENV[ \t](?:.*[ \t])?NODE_ENV[ =]"?(\w+)/gim)];
    const last = all.at(-1);
    if (last?.[1] === undefined || !/^dev/i.test(last[1])) return;
    context.report({
      at: context.place(last.index, last.index + last[0].length),
      message: `The image sets NODE_ENV to ${last[1]}.`,
    });
  },
});

/** `"start": "NODE_ENV=development node ..."`, and the same in a unit file or a Procfile. */
function checkStart(context: FileContext): void {
  const start =
    /"(?:start|serve|start:prod)"\s*:\s*"[^"]*?(NODE_ENV=dev\w*)|^web:.*?(NODE_ENV=dev\w*)|^Environment=.*?(NODE_ENV=dev\w*)/m.exec(
      context.text,
    );
  const written = start?.[1] ?? start?.[2] ?? start?.[3];
  if (start === null || written === undefined) return;
  const at = start.index + start[0].lastIndexOf(written);
  context.report({
    at: context.place(at, at + written.length),
    message: `The app is started with ${written}.`,
  });
}

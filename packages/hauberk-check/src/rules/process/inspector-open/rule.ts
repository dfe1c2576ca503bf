import { doubtCompose, isCompose, isProductionDockerfile } from "../../kit/docker.ts";
import { baseOf } from "../../kit/base-image.ts";
import { ALL_EXPRESS, defineRule, type FileContext, type Rule } from "../../rule.ts";

const OPEN = /--inspect(?:-brk|-wait)?=(?:0\.0\.0\.0|\[?::\]?)(?::\d+)?/;

export const rule: Rule = defineRule({
  id: "process/inspector-open",
  title: "The debugger listens on every network interface",
  severity: "high",
  confidence: "high",
  cwe: [489],
  asvs: ["13.4.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Whoever reaches the inspector's port runs any code in the process; it has no password.",
  fix: "Remove --inspect from what is deployed; for debugging, bind it to 127.0.0.1 and tunnel.",
  file(context) {
    if (isCompose(context.path)) doubtCompose(context, OPEN);
    const isScript = context.path.endsWith("package.json");
    if (!isScript && !isProductionDockerfile(context.path) && !/Procfile$|\.service$/.test(context.path))
      return;
    if (isProductionDockerfile(context.path)) checkPort(context);
    for (const line of context.text.matchAll(/^.*$/gm)) {
      const match = OPEN.exec(line[0]);
      if (match === null || (isScript && !/"(?:start|serve|prod|start:prod)"\s*:/.test(line[0]))) continue;
      const start = line.index + match.index;
      context.report({
        at: context.place(start, start + match[0].length),
        message: `${match[0]} is part of how the app is started.`,
      });
    }
  },
});

/** `EXPOSE 9229`: whoever runs the image with all its ports gives the debugger's away, as soon as somebody starts it. */
function checkPort({ text, place, report }: FileContext): void {
  const stage = baseOf(text)?.stages.at(-1);
  const lines = [...(stage?.text ?? "").matchAll(/^[ \t]*EXPOSE\b[^\n]*/gim)];
  const found = lines.find(([line]) => (line.split("#")[0] ?? "").split(/\s+/).some(isOfDebugger));
  if (stage === undefined || found === undefined) return;
  const start = stage.start + found.index;
  report({
    at: place(start, start + found[0].length),
    severity: "low",
    message: "The image offers the port of the debugger.",
    fix: "Leave the port out of the image; for debugging, tunnel to 127.0.0.1.",
  });
}

const isOfDebugger = (port: string): boolean => /^(?:9229|5858)(?:\/tcp)?$/.test(port);

import { finalUser, isProductionDockerfile, PLAIN_IMAGES, stagesOf, startScript } from "../../kit/docker.ts";
import { ALL_EXPRESS, defineRule, type FileContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "process/run-as-root",
  title: "The app serves requests as root",
  severity: "high",
  confidence: "high",
  cwe: [250],
  asvs: ["13.2.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Whoever finds one hole in the app or in a dependency owns the machine or the container, its files and its keys.",
  fix: "Run as a user of its own (`USER node` in a Dockerfile, `User=` in a unit file), behind a proxy or with authbind for a low port; or drop root after the bind.",
  app({ view, program, report }) {
    for (const app of view.apps) {
      for (const site of app.listens) {
        const port = lowPort(program, site);
        if (port === undefined) continue;
        if (program.mention(/\bset(?:e?uid)\b/) !== undefined) continue;
        report({
          at: site,
          message: `Port ${String(port)} needs root, and nothing in the source gives root up afterwards.`,
          severity: "medium",
        });
      }
    }
  },
  file(context) {
    if (isProductionDockerfile(context.path)) checkDockerfile(context);
    else if (context.path.endsWith(".service")) checkUnit(context);
    else if (/(?:^|\/)package\.json$|(?:^|\/)Procfile$/.test(context.path)) checkStart(context);
  },
});

type Listen = Parameters<NonNullable<Rule["app"]>>[0]["view"]["app"]["listens"][number];

function lowPort(program: FileContext["program"], site: Listen): number | undefined {
  const { node, module } = site;
  if (node.type !== "CallExpression" || module.scope === undefined) return undefined;
  const [first] = node.arguments;
  const value = first === undefined ? undefined : program.machine.evaluate(first, module.scope);
  // `env.PORT || 80` is left alone: the environment decides.
  return value?.k === "prim" && typeof value.v === "number" && value.v > 0 && value.v < 1024
    ? value.v
    : undefined;
}

function checkDockerfile(context: FileContext): void {
  const final = finalUser(stagesOf(context.text));
  if (final === undefined || !/\b(?:node|npm|yarn|pnpm|pm2|bun)\b/.test(final.stage.text)) return;
  const { stage, base, user } = final;
  if (
    /nonroot|rootless|unprivileged/.test(stage.image + base.image) ||
    /\b(?:gosu|su-exec|setpriv|runuser|su -)\b/.test(stage.text)
  )
    return;
  const script = dropsInScript(context, stage.text);
  if (script === "drops") return;
  if (script === "unknown") {
    context.unchecked(`${context.path} starts through a script that may drop root`);
    return;
  }
  const isRoot = user === undefined ? PLAIN_IMAGES.test(base.image) : /^(?:root|0)(?::|$)/.test(user);
  if (!isRoot) return;
  const what = user === undefined ? "no USER, so the container runs as root" : `USER ${user}`;
  context.report({ at: context.place(stage.start, stage.end), message: `The last stage has ${what}.` });
}

const DROPS = /\b(?:gosu|su-exec|setpriv|runuser|setuidgid|chpst|su)\s+-?|\bsudo\s+-u\b/;

/** What the script that a container starts through does about root; `undefined` when there is none. */
function dropsInScript(context: FileContext, stage: string): "drops" | "keeps" | "unknown" | undefined {
  const script = startScript(context, stage);
  if (script === undefined) return undefined;
  if (script.text !== undefined) return DROPS.test(script.text) ? "drops" : "keeps";
  return script.isEntrypoint ? "unknown" : undefined;
}

/** `"start": "sudo node app.js"`: nothing gives root up unless the program does. */
function checkStart({ text, program, place, report }: FileContext): void {
  const start =
    /"(?:start|serve|start:prod(?:uction)?)"\s*:\s*"[^"]*?(\bsudo (?:-E )?(?:node|npm|nodemon|pm2|forever)\b)|^web:.*?(\bsudo (?:-E )?(?:node|npm)\b)/m.exec(
      text,
    );
  const written = start?.[1] ?? start?.[2];
  if (start === null || written === undefined || program.mention(/\bset(?:e?uid)\b/) !== undefined) return;
  const at = start.index + start[0].lastIndexOf(written);
  report({ at: place(at, at + written.length), message: `The app is started with ${written}.` });
}

function checkUnit(context: FileContext): void {
  const start = /^ExecStart=.*\b(?:node|npm|pm2)\b.*$/m.exec(context.text);
  if (
    start === null ||
    /^(?:DynamicUser=(?:yes|true|1)|User=(?!root\b|0\b)\S+)/m.test(context.text) ||
    !/WantedBy=multi-user/.test(context.text)
  )
    return;
  const root = /^User=(?:root|0)\b.*$/m.exec(context.text);
  const at = root ?? start;
  context.report({
    at: context.place(at.index, at.index + at[0].length),
    message:
      root === null
        ? "The unit starts Node without User=, so it runs as root."
        : "The unit runs Node as root.",
  });
}

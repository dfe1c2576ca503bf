import { finalUser, isProductionDockerfile, stagesOf } from "../../kit/docker.ts";
import { ALL_EXPRESS, defineRule, type FileContext, type Rule } from "../../rule.ts";

/** Images whose default user is root and that people run Node in. */
const ROOT_IMAGES =
  /^(?:docker\.io\/)?(?:library\/)?(?:node|debian|ubuntu|alpine|amazonlinux|centos|fedora|keymetrics\/pm2|mhart\/alpine-node|oven\/bun|buildpack-deps)(?::|@|$)|^public\.ecr\.aws\/docker\/library\/node/;

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
  const script = startScript(context, stage.text);
  if (script === "drops") return;
  if (script === "unknown") {
    context.unchecked(`${context.path} starts through a script that may drop root`);
    return;
  }
  const isRoot = user === undefined ? ROOT_IMAGES.test(base.image) : /^(?:root|0)(?::|$)/.test(user);
  if (!isRoot) return;
  const what = user === undefined ? "no USER, so the container runs as root" : `USER ${user}`;
  context.report({ at: context.place(stage.start, stage.end), message: `The last stage has ${what}.` });
}

const DROPS = /\b(?:gosu|su-exec|setpriv|runuser|setuidgid|chpst|su)\s+-?|\bsudo\s+-u\b/;

/** What the script that a container starts through does about root; `undefined` when there is none. */
function startScript(
  { path, program }: FileContext,
  stage: string,
): "drops" | "keeps" | "unknown" | undefined {
  const started = [...stage.matchAll(STARTS)].map(([, how = "", what = ""]) => ({
    how,
    name: scriptIn(what),
  }));
  const { how = "", name } = started.find((one) => one.name !== undefined) ?? {};
  if (name === undefined) return undefined;
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const text = [`${folder}${name}`, `${folder}docker/${name}`, `${folder}scripts/${name}`]
    .map((one) => program.files.read(one))
    .find((one) => one !== undefined);
  if (text !== undefined) return DROPS.test(text) ? "drops" : "keeps";
  return how.toUpperCase() === "ENTRYPOINT" ? "unknown" : undefined;
}

const STARTS = /^[ \t]*(ENTRYPOINT|CMD)\b([^\n]*)/gim;

/** `docker-entrypoint.sh` of `["/app/docker-entrypoint.sh", "node"]`. */
function scriptIn(line: string): string | undefined {
  return line.split(/[^\w.-]+/).find((word) => word.endsWith(".sh") || word.includes("entrypoint"));
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

import { viewsOf } from "../../../engine/views.ts";
import { isDeployment } from "../../../files/kinds.ts";
import { basename } from "../../../files/paths.ts";
import type { ProjectFiles } from "../../../files/project-files.ts";
import { remembered } from "../../../remembered.ts";
import {
  doubtCompose,
  finalUser,
  isCompose,
  isForDevelopment,
  isProductionDockerfile,
  PLAIN_IMAGES,
  stagesOf,
  startScript,
  type Stage,
} from "../../kit/docker.ts";
import { isCommitted } from "../../kit/committed.ts";
import { namedWhereItRuns, variableFiles } from "../../kit/variable-files.ts";
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
    if (/\.env(?:[._-]|$)/.test(context.path)) checkVariables(context);
    if (isCompose(context.path)) doubtCompose(context, /NODE_ENV["']?\s*[:=]\s*["']?dev\w*/i);
    if (!isProductionDockerfile(context.path)) return;
    const all = [...context.text.matchAll(/^[ \t]*ENV[ \t](?:.*[ \t])?NODE_ENV[ =]"?(\w+)/gim)];
    const last = all.at(-1);
    if (last?.[1] === undefined) {
      checkUnset(context);
      return;
    }
    if (!/^dev/i.test(last[1])) return;
    context.report({
      at: context.place(last.index, last.index + last[0].length),
      message: `The image sets NODE_ENV to ${last[1]}.`,
    });
  },
});

/** The variables that production is given by a file of the repository; a developer's own `.env` is no such file. */
function checkVariables({ path, text, program, place, report }: FileContext): void {
  const isOfProduction = /\bprod(?:uction)?\b/i.test(path) || namedWhereItRuns(program.files).has(path);
  if (!isOfProduction || isCommitted(program.files, path) !== true) return;
  const mode = /^[ \t]*(?:export[ \t]+)?NODE_ENV[ \t]*=[ \t]*["']?(dev\w*)/m.exec(text);
  if (mode?.[1] !== undefined)
    report({
      at: place(mode.index, mode.index + mode[0].length),
      message: `The file sets NODE_ENV to ${mode[1]}.`,
    });
  const debug = /^[ \t]*(?:export[ \t]+)?DEBUG[ \t]*=[ \t]*["']?(\*|true\b|1\b|express:\*)/m.exec(text);
  if (debug === null) return;
  // Only "*" is a pattern of the package debug; "true" means whatever the app takes it for.
  if (!debug[1]?.includes("*") && program.mention(/process\.env\.DEBUG\b/) === undefined) return;
  report({
    at: place(debug.index, debug.index + debug[0].length),
    severity: "low",
    message: `The file sets DEBUG to ${debug[1] ?? ""}.`,
    fix: "Leave DEBUG out of what production reads.",
  });
}

/** The image starts the app, and nothing that could says in which mode. */
function checkUnset(context: FileContext): void {
  const final = finalUser(stagesOf(context.text));
  const start = [...(final?.stage.text ?? "").matchAll(STARTS)].findLast(([line]) => RUNS_NODE.test(line));
  if (final === undefined || start === undefined) return;
  if (/\bdev\b|nodemon|watch/i.test(start[0])) {
    checkImageWatcher(context, final.stage, start);
    return;
  }
  if (!PLAIN_IMAGES.test(final.base.image) || viewsOf(context.program).every((view) => view.partial)) return;
  const script = startScript(context, final.stage.text);
  if (script !== undefined && (script.text === undefined || script.text.includes(NAME))) return;
  if (isNamed(context)) return;
  const at = final.stage.start + start.index;
  context.report({
    at: context.place(at, at + start[0].length),
    severity: "medium",
    message:
      "The image starts the app without NODE_ENV: unless whoever starts it sets it, this is development mode.",
    fix: "Add `ENV NODE_ENV=production` to the image.",
  });
}

const NAME = "NODE_ENV";
const STARTS = /^[ \t]*(?:CMD|ENTRYPOINT)\b[^\n]*/gim;
const RUNS_NODE = /\b(?:node|npm|yarn|pnpm|pm2|forever|nodemon|ts-node-dev)\b|\.sh\b/;

const IMAGE_WATCHER = /(?:^|[\s["'/])(nodemon|ts-node-dev|node-dev|supervisor|run["', ]+dev)\b/;

/** `CMD ["nodemon", "app.js"]`, `CMD ["npm", "run", "dev"]`: where no other file says how the deployed container is made. */
function checkImageWatcher(
  { program, place, report }: FileContext,
  stage: Stage,
  start: RegExpExecArray,
): void {
  const tool = IMAGE_WATCHER.exec(start[0])?.[1];
  if (tool === undefined || /^(?:dev|test|local)/i.test(stage.alias ?? "") || isMadeElsewhere(program.files))
    return;
  const at = stage.start + start.index;
  report({
    at: place(at, at + start[0].length),
    severity: "low",
    message: tool.startsWith("run")
      ? "The image starts the script for development."
      : `The image starts the app with ${tool}, which restarts it whenever a file changes, an uploaded one among them.`,
    fix: "Start the app with node in the image.",
  });
}

/** Another image, or another way to build this one, is for production; or a compose file mounts the sources into it. */
const isMadeElsewhere = remembered((files: ProjectFiles): boolean =>
  files.list.some(
    (one) =>
      (/docker|compose/i.test(basename(one)) && /prod/i.test(basename(one))) ||
      (isProductionDockerfile(one) &&
        /^[ \t]*CMD\b(?!.*(?:\bdev\b|nodemon|watch))/im.test(files.read(one) ?? "")) ||
      (isCompose(one) && isForDevelopment({ path: one, text: files.read(one) ?? "", program: { files } })),
  ),
);

/** A deployment file, a package's scripts, a file of variables or the source says the mode, for whatever way the app is started. */
const isNamed = ({ program }: FileContext): boolean =>
  isNamedBeside(program.files) ||
  program.mention(/\bNODE_ENV["'\]]{0,2}\s*(?:\|\|=|\?\?=|=(?!=))/) !== undefined;

const isNamedBeside = remembered((files: ProjectFiles): boolean => {
  const list = files.list.filter((path) => isDeployment(path) || path.endsWith("package.json"));
  const variables = list.filter(isCompose).flatMap((path) => variableFiles(path, files));
  return [...list, ...variables].some((path) => files.read(path)?.includes(NAME) === true);
});

/** `"start": "NODE_ENV=development node ..."`, and the same in a unit file or a Procfile. */
function checkStart(context: FileContext): void {
  const start =
    /"(?:start|serve|start:prod)"\s*:\s*"[^"]*?(NODE_ENV=dev\w*)|^web:.*?(NODE_ENV=dev\w*)|^Environment=.*?(NODE_ENV=dev\w*)/m.exec(
      context.text,
    );
  const written = start?.[1] ?? start?.[2] ?? start?.[3];
  if (start === null || written === undefined) {
    checkWatcher(context);
    return;
  }
  const at = start.index + start[0].lastIndexOf(written);
  context.report({
    at: context.place(at, at + written.length),
    message: `The app is started with ${written}.`,
  });
}

/** Another script is for production, or the package is a program or a library, which nobody starts by this script. */
const NOT_DEPLOYED = /"(?:start:)?prod\w*"\s*:|"serve"\s*:|"bin"\s*:|"files"\s*:|"publishConfig"\s*:/;

const WATCHERS: ReadonlySet<string> = new Set(["nodemon", "ts-node-dev", "node-dev", "supervisor"]);

/** `"start": "nodemon app.js"`, where nothing else says how the app is started in production. */
function checkWatcher(context: FileContext): void {
  const { path, text, program, place, report } = context;
  if (!path.endsWith("package.json") || NOT_DEPLOYED.test(text)) return;
  const start = /"start"\s*:\s*"([^"]{1,300})/.exec(text);
  const command = start?.[1] ?? "";
  const tool = command.split(" ").find((word) => !word.includes("=") && word !== "npx");
  if (start === null || tool === undefined || !WATCHERS.has(tool)) return;
  const folder = path.slice(0, -"package.json".length);
  // An image that says `CMD npm start` is started so, too.
  const isDeployed = program.files.list.some(
    (one) =>
      one.startsWith(folder) &&
      (/(?:^|\/)(?:dockerfile|procfile)$/i.test(one) || one.endsWith(".service")) &&
      !/\bnpm["', ]+(?:run["', ]+)?start\b|\byarn["', ]+start\b/.test(program.files.read(one) ?? ""),
  );
  if (isDeployed) return;
  const at = start.index + start[0].length - command.length + command.indexOf(tool);
  report({
    at: place(at, at + tool.length),
    severity: "low",
    message: `The app is started with ${tool}, which restarts it whenever a file changes, an uploaded one among them.`,
    fix: 'Start it with node, and keep the tool for a script called "dev".',
  });
}

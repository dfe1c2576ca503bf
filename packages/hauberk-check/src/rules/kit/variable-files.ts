import { basename, dirname, joinPath, parseJson, record } from "../../files/paths.ts";
import type { ProjectFiles } from "../../files/project-files.ts";
import { remembered } from "../../remembered.ts";
import { isCompose, isForDevelopment, isProductionDockerfile } from "./docker.ts";

/**
 * The files of variables that what starts the app names: `env_file` of a compose file, `COPY .env.example .env` of an
 * image, `node --env-file=.env.sample index.js` of the script called start.
 */
export const namedWhereItRuns: (files: ProjectFiles) => ReadonlySet<string> = remembered((files) => {
  const found = new Set<string>();
  const add = (from: string, names: readonly string[]): void => {
    for (const name of names) found.add(joinPath(dirname(from), name));
  };
  for (const path of files.list) {
    if (isCompose(path)) add(path, ofCompose(path, files));
    else if (isProductionDockerfile(path)) {
      const copied = namesIn(files.read(path) ?? "", COPIED);
      // The folder that an image is built from is its file's or the project's.
      add(path, copied);
      add("", copied);
    } else if (basename(path) === "package.json") add(path, ofScripts(files.read(path)));
  }
  for (const script of SCRIPTS) add("", namesIn(files.read(script) ?? "", COPIED));
  return found;
});

/** `env_file: ./app.env` of a compose file. */
export const variableFiles = (path: string, files: ProjectFiles): readonly string[] =>
  namesIn(files.read(path) ?? "", ENV_FILE).map((name) => joinPath(dirname(path), name));

const ENV_FILE = /^[ \t]*(?:env_file:[ \t]*|-[ \t]+(?:path:[ \t]*)?)["']?(?:\.\/)?([\w./-]*env[\w.-]*)/gm;
/** `COPY .env.example .env`, `RUN cp .env.example .env`. */
const COPIED =
  /\b(?:copy|cp|mv|add) {1,4}(?:-\w{1,9} )?(?:\.\/)?([\w/-]{0,60}\.env[\w.-]{0,40}) {1,4}[\w./-]{0,60}\.env\b/gi;
const TOLD = /(?:--env-file(?:=|[ \t]+)|\b(?:env-cmd|dotenv)\b[^&|;]{0,40}?-[fe][ \t]+)(?:\.\/)?([\w./-]+)/g;
const STARTED = /^(?:(?:pre|post)?(?:start|build|deploy|install)|serve)(?::prod\w*)?$/;
const SCRIPTS = ["start.sh", "run.sh", "deploy.sh", "entrypoint.sh", "docker-entrypoint.sh"];

const namesIn = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([, name = ""]) => name);

function ofCompose(path: string, files: ProjectFiles): readonly string[] {
  const text = files.read(path) ?? "";
  return isForDevelopment({ path, text, program: { files } }) ? [] : namesIn(text, ENV_FILE);
}

function ofScripts(text: string | undefined): readonly string[] {
  if (text === undefined || !/\.env|env-/.test(text)) return [];
  return Object.entries(record(record(parseJson(text))?.["scripts"]) ?? {}).flatMap(([name, command]) =>
    STARTED.test(name) && typeof command === "string"
      ? [...namesIn(command, COPIED), ...namesIn(command, TOLD)]
      : [],
  );
}

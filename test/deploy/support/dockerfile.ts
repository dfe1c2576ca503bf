import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";

/** What a container of the last stage is started with; its paths are those of this machine. */
export interface Image {
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
  readonly user: string;
}

interface Stage {
  readonly root: string;
  readonly environment: Record<string, string>;
  directory: string;
  command: readonly string[];
  healthCheck: readonly string[];
  user: string;
}

/**
 * Does what a Dockerfile says without a container engine: each stage is a folder, its absolute paths lie in there, and
 * every COPY and RUN is done. What it does not know is an error.
 */
export function buildImage(dockerfile: string, context: string, into: string): Image {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const [keyword, rest] of instructionsOf(dockerfile)) {
    if (keyword === "FROM") {
      const name = /^node:24-slim(?: AS (\w+))?$/.exec(rest)?.[1] ?? "";
      const root = join(into, `stage-${stages.size}`);
      stage = { root, environment: {}, directory: root, command: [], healthCheck: [], user: "0:0" };
      stages.set(name, stage);
    } else if (stage === undefined) throw new Error(`${keyword} before FROM`);
    else follow(stage, keyword, rest, { context, stages });
  }
  if (stage === undefined) throw new Error("no FROM");
  const { root, environment, ...image } = stage;
  const inside = Object.entries(environment).map(([name, value]) => [name, within(root, value)] as const);
  return { ...image, environment: Object.fromEntries(inside) };
}

/** Where COPY finds its files. */
interface Sources {
  readonly context: string;
  readonly stages: ReadonlyMap<string, Stage>;
}

function follow(stage: Stage, keyword: string, rest: string, sources: Sources): void {
  const inside = (text: string): string => within(stage.root, text);
  if (keyword === "WORKDIR") mkdirSync((stage.directory = inside(rest)), { recursive: true });
  else if (keyword === "ENV")
    for (const [, name = "", value = ""] of rest.matchAll(/(\w+)=(\S+)/g)) stage.environment[name] = value;
  else if (keyword === "RUN")
    execFileSync("/bin/sh", ["-c", inside(rest)], {
      cwd: stage.directory,
      stdio: ["ignore", "ignore", "inherit"],
    });
  else if (keyword === "COPY") copy(stage, rest.split(" "), sources);
  else if (keyword === "USER") stage.user = rest;
  else if (keyword === "CMD") stage.command = (JSON.parse(rest) as string[]).map(inside);
  else if (keyword === "HEALTHCHECK")
    stage.healthCheck = JSON.parse(rest.slice(rest.indexOf("CMD ") + 4)) as string[];
  else if (!["VOLUME", "EXPOSE", "STOPSIGNAL"].includes(keyword))
    throw new Error(`${keyword} is not known here`);
}

function copy(stage: Stage, words: readonly string[], { context, stages }: Sources): void {
  const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
  const source = from === undefined ? context : stages.get(from)?.root;
  if (source === undefined) throw new Error(`there is no stage ${from}`);
  const paths = words.filter((word) => !word.startsWith("--"));
  const target = join(stage.directory, paths.at(-1) ?? "");
  const found = paths.slice(0, -1).flatMap((pattern) => {
    const matches = globSync(join(source, pattern));
    // As an engine does: a name has to be there, a pattern may match nothing.
    if (matches.length === 0 && !pattern.includes("*")) throw new Error(`COPY: there is no ${pattern}`);
    return matches;
  });
  for (const path of found)
    // Of a folder its content is copied, of a file the file.
    cpSync(path, statSync(path).isDirectory() ? target : join(target, basename(path)), {
      recursive: true,
      verbatimSymlinks: true,
    });
}

/** The folders the file names, in the folder of the stage. */
function within(root: string, text: string): string {
  return text.replace(/(?<![\w.:/])\/(?=app\b|data\b)/g, `${root}/`);
}

function instructionsOf(dockerfile: string): readonly (readonly [keyword: string, rest: string])[] {
  return dockerfile
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => /^[A-Z]+ /.test(line))
    .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]);
}

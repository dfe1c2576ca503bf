import { isContainer } from "../../files/kinds.ts";
import { basename } from "../../files/paths.ts";
import { remembered } from "../../remembered.ts";
import type { ProjectFiles } from "../../files/project-files.ts";
import type { FileContext } from "../rule.ts";

export interface Stage {
  readonly image: string;
  readonly alias: string | undefined;
  readonly user: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The build stages of a Dockerfile, with the user each one ends as. */
export function stagesOf(text: string): readonly Stage[] {
  const starts = [...text.matchAll(/^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?.*$/gim)];
  return starts.map((match, i) => {
    const start = match.index;
    const body = text.slice(start, starts[i + 1]?.index ?? text.length);
    const users = [...body.matchAll(/^[ \t]*USER[ \t]+(\S+)/gim)];
    return {
      image: match[1] ?? "",
      alias: match[2],
      user: users.at(-1)?.[1],
      start,
      end: start + match[0].length,
      text: body,
    };
  });
}

/** The user the last stage runs as, following `FROM <earlier stage>`; `undefined` when the image decides. */
export function finalUser(
  stages: readonly Stage[],
): { readonly stage: Stage; readonly base: Stage; readonly user: string | undefined } | undefined {
  const stage = stages.at(-1);
  if (stage === undefined) return undefined;
  let base = stage;
  let user = stage.user;
  for (let rounds = 0; rounds < stages.length; rounds += 1) {
    const parent = stages.find(
      (one) =>
        one.alias !== undefined && one.alias.toLowerCase() === base.image.toLowerCase() && one !== base,
    );
    if (parent === undefined) break;
    base = parent;
    user ??= parent.user;
  }
  return { stage, base, user };
}

/** Images that people run Node in and that leave the user and the environment as they are: root, and no NODE_ENV. */
export const PLAIN_IMAGES: RegExp =
  /^(?:docker\.io\/)?(?:library\/)?(?:node|debian|ubuntu|alpine|amazonlinux|centos|fedora|keymetrics\/pm2|mhart\/alpine-node|oven\/bun|buildpack-deps)(?::|@|$)|^public\.ecr\.aws\/docker\/library\/node/;

export interface StartScript {
  readonly isEntrypoint: boolean;
  /** `undefined` when it is not with the source. */
  readonly text: string | undefined;
}

/** The script that a container starts through; `undefined` when there is none. */
export function startScript({ path, program }: FileContext, stage: string): StartScript | undefined {
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
  return { isEntrypoint: how.toUpperCase() === "ENTRYPOINT", text };
}

const STARTS = /^[ \t]*(ENTRYPOINT|CMD)\b([^\n]*)/gim;

/** `docker-entrypoint.sh` of `["/app/docker-entrypoint.sh", "node"]`. */
function scriptIn(line: string): string | undefined {
  return line.split(/[^\w.-]+/).find((word) => word.endsWith(".sh") || word.includes("entrypoint"));
}

export const isProductionDockerfile = (path: string): boolean =>
  /dockerfile/i.test(path) &&
  !/(?:^|\/)(?:\.devcontainer|dev|development|tests?|ci|e2e|local|examples?|bench(?:mark)?s?)\//i.test(
    path,
  ) &&
  !/(?:dev|test|ci|e2e|local|build)/i.test(path.slice(path.lastIndexOf("/") + 1));

export const isCompose = (path: string): boolean => isContainer(path) && /\.ya?ml$/.test(path);

const DEVELOPMENT_NAME = /\b(?:dev|development|test|ci|local|override|debug)\b/i;

/**
 * Whether a compose file is what a developer runs: its name says so, it has no image of the app's own, the folder of the
 * sources is what runs in it, or another file is for production.
 */
export function isForDevelopment({
  path,
  text,
  program,
}: Pick<FileContext, "path" | "text"> & {
  readonly program: { readonly files: ProjectFiles };
}): boolean {
  const name = basename(path);
  return (
    DEVELOPMENT_NAME.test(name) ||
    !/^[ \t]+build:/m.test(text) ||
    mountsSources(text) ||
    /\b(?:nodemon|ts-node-dev)\b|\brun (?:start:)?dev\b|NODE_ENV["']?\s*[:=]\s*["']?dev/m.test(text) ||
    (!/prod/i.test(name) && hasProductionCompose(program.files))
  );
}

/** `- ./:/app`; `- ./init.sql:/docker-entrypoint-initdb.d/init.sql` and `- ./data:/var/lib/mysql` are of every day. */
const mountsSources = (text: string): boolean =>
  [...text.matchAll(/^[ \t]*-[ \t]+["']?\.{1,2}(\/[\w./-]*)?:\/([\w./-]*)/gm)].some(
    ([, from = "", to = ""]) =>
      !/\/[^/]*\.\w+$/.test(from) && !/^(?:docker-entrypoint|etc\/|var\/(?:lib|log)\/|usr\/share\/)/.test(to),
  );

const hasProductionCompose = remembered((files: ProjectFiles): boolean =>
  files.list.some((one) => isCompose(one) && /prod/i.test(basename(one))),
);

/** A compose file may be what is deployed or what a developer runs: unless its name says so, nobody can tell. */
export function doubtCompose({ path, text, unchecked }: FileContext, pattern: RegExp): void {
  if (DEVELOPMENT_NAME.test(basename(path))) return;
  const match = pattern.exec(text);
  if (match !== null)
    unchecked(`${path} has ${match[0]}; whether it is deployed or only used for development is not known`);
}

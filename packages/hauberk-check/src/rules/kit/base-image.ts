import { escapeForPattern } from "./patterns.ts";
import { finalUser, stagesOf, type Stage } from "./docker.ts";

export interface Base {
  /** `node:18-alpine`, its build arguments put in; `undefined` when one of them is given from outside. */
  readonly image: string | undefined;
  /** The stage that begins with it. */
  readonly stage: Stage;
  /** All that is in the container in the end: the last stage and those it is made from. */
  readonly stages: readonly Stage[];
}

/** The image that the deployed container is made from; a stage for development is none. */
export function baseOf(text: string): Base | undefined {
  const all = stagesOf(text);
  const final = finalUser(all);
  if (final === undefined || /^(?:dev|test|local)/i.test(final.stage.alias ?? "")) return undefined;
  const { stage, base } = final;
  return { image: filled(base.image, text), stage: base, stages: stage === base ? [stage] : [base, stage] };
}

const ARGUMENT = /\$\{([^{}]{1,100})\}|\$([A-Za-z_]{1,60})/g;

/** `ARG NODE=16` and `FROM node:${NODE}-alpine`, `FROM node:${NODE:-16}`. */
function filled(image: string, text: string): string | undefined {
  let isKnown = true;
  const whole = image.replace(ARGUMENT, (_, braced?: string, plain?: string) => {
    const [name = "", otherwise] = (braced ?? plain ?? "").split(":-");
    const pattern = String.raw`^[ \t]*ARG[ \t]+${escapeForPattern(name)}=["']?([^\s"']+)`;
    const value = new RegExp(pattern, "m").exec(text)?.[1] ?? otherwise;
    isKnown &&= value !== undefined && !value.includes("$");
    return value ?? "";
  });
  return isKnown ? whole : undefined;
}

/** `node:18` of `docker.io/library/node:18@sha256:...`: who published it, and the digest, left out. */
export const plainName = (image: string): string =>
  (image.split("@")[0] ?? "").replace(/^(?:docker\.io\/|public\.ecr\.aws\/docker\/)?(?:library\/)?/, "");

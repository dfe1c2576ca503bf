import { basename, dirname } from "../../../files/paths.ts";
import type { ProjectFiles } from "../../../files/project-files.ts";
import { remembered } from "../../../remembered.ts";
import { baseOf, type Base } from "../../kit/base-image.ts";
import { isProductionDockerfile } from "../../kit/docker.ts";
import { ALL_EXPRESS, defineRule, type FileContext, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "deps/development-in-image",
  title: "Packages for development are in the image",
  severity: "low",
  confidence: "high",
  cwe: [489],
  asvs: ["15.2.3"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Test runners, watchers and compilers are code that runs at the build and lies beside the app: each is one more that may be taken over, and a help for whoever gets in.",
  fix: "Install with `npm ci --omit=dev` in the last stage, or set NODE_ENV=production before; build in a stage of its own.",
  file(context) {
    if (!isProductionDockerfile(context.path) || hasOtherForProduction(context.program.files)) return;
    const base = baseOf(context.text);
    if (base === undefined || !isForProduction(base)) return;
    const [first, ...others] = developmentPackages(context);
    const install = first === undefined ? undefined : installIn(base);
    if (first === undefined || install === undefined) return;
    const more = others.length === 0 ? "" : ` and ${String(others.length)} more`;
    context.report({
      at: context.place(install.start, install.end),
      message: `${first}${more} for development ${others.length === 0 ? "is" : "are"} installed in the image.`,
    });
  },
});

/** `Dockerfile.prod` beside it: this one is for work. */
const hasOtherForProduction = remembered((files: ProjectFiles): boolean =>
  files.list.some((one) => /docker/i.test(basename(one)) && /prod/i.test(basename(one))),
);

/** Nothing in the stages says that it leaves them out, and the container is not started with one of them. */
const isForProduction = ({ stages }: Base): boolean =>
  stages
    .flatMap(({ text }) => text.split("\n").map((line) => line.trimStart()))
    .every(
      (line) =>
        line.startsWith("#") ||
        (!LEAVES_OUT.test(line) && !(/^(?:CMD|ENTRYPOINT)\b/i.test(line) && OF_A_DEVELOPER.test(line))),
    );

const LEAVES_OUT = /NODE_ENV|NPM_CONFIG|--omit|--prod|--only|\bprune\b|node_modules/i;
const OF_A_DEVELOPER = /\bdev\b|nodemon|watch|ts-node|\btsx\b|\btest\b/i;

/** The names in `devDependencies` of the manifest beside the Dockerfile; those of types have no code. */
function developmentPackages({ path, program }: FileContext): readonly string[] {
  const manifest = program.packages.manifestFor(path);
  return manifest?.folder === dirname(path)
    ? [...manifest.development.keys()].filter((name) => !name.startsWith("@types/"))
    : [];
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** `RUN npm install`, `RUN npm ci --quiet && ...`, `RUN yarn`; not `npm install pm2 -g`. */
function installIn({ stages }: Base): Stretch | undefined {
  for (const { text, start } of stages) {
    // What goes on in the next line stands in the same command; the places stay as they are.
    const joined = text.replace(/\\\r?\n/g, (end) => " ".repeat(end.length));
    for (const { 0: line, index } of joined.matchAll(/^[ \t]*RUN\b[^\n]*/gim)) {
      let at = start + index;
      for (const command of line.split(/(&&|;)/)) {
        const from = command.search(INSTALL);
        if (from >= 0 && isOfEverything(command.slice(from)))
          return { start: at + from, end: at + command.trimEnd().length };
        at += command.length;
      }
    }
  }
  return undefined;
}

const INSTALL = /\b(?:npm (?:install|i|ci)|yarn|pnpm (?:install|i))\b/;

/** No package is named, and it is not for the whole machine. */
const isOfEverything = (command: string): boolean =>
  command
    .trim()
    .split(/\s+/)
    .slice(1)
    .every(
      (word, i) =>
        (i === 0 && /^(?:install|i|ci)$/.test(word)) ||
        (/^--?[a-z]/.test(word) && !/^-(?:g|P)$|global/.test(word)),
    );

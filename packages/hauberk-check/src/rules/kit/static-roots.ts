import { posix } from "node:path";
import type { Program } from "../../model/program.ts";
import { nameOf, type Site } from "../../model/values.ts";
import { literals } from "./options.ts";
import { ROOT } from "../../model/root.ts";
import { remembered } from "../../remembered.ts";
import { isNeverInProduction } from "./in-production.ts";

export interface StaticRoot {
  /** Relative to the project; "" is the project itself. */
  readonly path: string;
  readonly site: Site;
  /** Built from __dirname or the working directory, so the place is certain. */
  readonly isAbsolute: boolean;
}

const NAMES: ReadonlySet<string> = new Set(["express.static", "serve-static", "connect.static"]);

/** The folders the app serves, as far as their paths are known; not what is served in development only. */
export const staticRoots: (program: Program) => readonly StaticRoot[] = remembered(read);

function read(program: Program): readonly StaticRoot[] {
  return program.machine.calls.flatMap(({ call }): StaticRoot[] => {
    if (call.callee.k !== "pkg" || !NAMES.has(nameOf(call.callee))) return [];
    const [first] = call.args;
    if (first === undefined || isNeverInProduction(call.site.node, call.site.module, program)) return [];
    return literals(first).map(({ text }) => ({
      path: relative(text),
      site: call.site,
      isAbsolute: text.startsWith(ROOT),
    }));
  });
}

function relative(path: string): string {
  return posix
    .normalize(path.replace(/^\/@/, ""))
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

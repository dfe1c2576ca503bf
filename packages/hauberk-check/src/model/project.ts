import { dirname } from "../files/paths.ts";
import type { ProjectFiles } from "../files/project-files.ts";
import { codeOf, loadModule, type Module } from "./module.ts";
import { Packages } from "./packages.ts";
import { Resolver } from "./resolve.ts";
import { selectSources, type Selection, type SelectOptions } from "./select-sources.ts";

/** What holds for a whole project, and is known before any of it is parsed. */
export class Project {
  readonly files: ProjectFiles;
  readonly resolver: Resolver;
  readonly packages: Packages;
  readonly selection: Selection;
  readonly #mentions: Map<string, string | undefined> = new Map();
  readonly #matches: Map<string, readonly string[]> = new Map();
  readonly #code: Map<string, string | undefined> = new Map();

  /** `selection` is given where it was made before, in another thread. */
  constructor(files: ProjectFiles, options: SelectOptions = {}, selection?: Selection) {
    this.files = files;
    this.resolver = new Resolver(files);
    this.packages = new Packages(files);
    this.selection = selection ?? selectSources(files, this.resolver, options);
  }

  /**
   * The first source whose code matches, comments left out; asked once per pattern. `parsed` gives the module of a source
   * where there is one already, `without` the folders and files that are not asked.
   */
  mention(
    pattern: RegExp,
    parsed: (path: string) => Module | undefined,
    without: readonly string[] = [],
  ): string | undefined {
    const key = [String(pattern), ...without].join("\0");
    if (!this.#mentions.has(key)) this.#mentions.set(key, this.#find(pattern, parsed, without));
    return this.#mentions.get(key);
  }

  #find(
    pattern: RegExp,
    parsed: (path: string) => Module | undefined,
    without: readonly string[],
  ): string | undefined {
    const asked =
      without.length === 0
        ? this.selection.relevant
        : this.#matching(pattern).filter(outside(new Set(without)));
    for (const path of asked) {
      const text = this.files.read(path);
      if (text === undefined || !pattern.test(text)) continue;
      const code = this.#codeOf(path, text, parsed);
      if (code !== undefined && pattern.test(code)) return path;
    }
    return undefined;
  }

  /** Each of many applications may leave out other folders, and all ask for the same words. */
  #matching(pattern: RegExp): readonly string[] {
    const key = String(pattern);
    let found = this.#matches.get(key);
    if (found === undefined) {
      found = [...this.selection.relevant].filter((path) => pattern.test(this.files.read(path) ?? ""));
      this.#matches.set(key, found);
    }
    return found;
  }

  #codeOf(path: string, text: string, parsed: (path: string) => Module | undefined): string | undefined {
    if (!this.#code.has(path)) {
      const module = parsed(path) ?? parse(path, text);
      this.#code.set(path, module === undefined ? undefined : codeOf(module));
    }
    return this.#code.get(path);
  }
}

/** Whether a path is none of these and in none of them: up from the path, because a project may have as many folders as files. */
const outside =
  (folders: ReadonlySet<string>) =>
  (path: string): boolean => {
    for (let folder = path; folder !== ""; folder = dirname(folder)) if (folders.has(folder)) return false;
    return !folders.has("");
  };

function parse(path: string, text: string): Module | undefined {
  const loaded = loadModule(path, text);
  return loaded.ok ? loaded.module : undefined;
}

import { foreignEncoding } from "../files/discover.ts";
import { isAuxiliary, isSource, isTestOrBuild } from "../files/kinds.ts";
import { parseJson } from "../files/paths.ts";
import type { ProjectFiles, Skipped } from "../files/project-files.ts";
import type { App } from "./app.ts";
import { globalValues } from "./globals.ts";
import { createMachine } from "./interpreter.ts";
import { importersFirst, rank } from "./load-order.ts";
import type { Machine } from "./machine.ts";
import { codeOf, importsOf, loadModule, type Module } from "./module.ts";
import { runOrphans } from "./orphans.ts";
import { Packages } from "./packages.ts";
import { Resolver } from "./resolve.ts";
import { isWorthReading, namesExpress, specifiersIn } from "./selection.ts";
import type { Value } from "./values.ts";

/** How far above the set-up code an entry point may stand. */
const MAX_IMPORT_ROUNDS = 6;

export interface ProgramOptions {
  readonly includeTests?: boolean;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** All sources of a project, and what reading their set-up code in order gives. */
export class Program {
  readonly files: ProjectFiles;
  readonly resolver: Resolver;
  readonly packages: Packages;
  readonly globals: ReadonlyMap<string, Value>;
  readonly notAnalysed: Skipped[] = [];
  readonly machine: Machine;
  readonly #modules: Map<string, Module | undefined> = new Map();
  readonly #relevant: Set<string> = new Set();
  readonly #mentions: Map<string, Module | undefined> = new Map();
  #list: readonly Module[] | undefined;

  constructor(files: ProjectFiles, options: ProgramOptions = {}) {
    this.files = files;
    this.resolver = new Resolver(files);
    this.packages = new Packages(files);
    this.globals = globalValues();
    this.notAnalysed.push(...files.skipped);
    this.machine = createMachine(this, (path) => this.packages.expressFor(path));
    this.#select(options);
    this.#run();
  }

  get apps(): readonly App[] {
    return this.machine.apps;
  }

  /** Modules that were parsed, tests and build files left out. */
  get modules(): readonly Module[] {
    this.#list ??= this.#parsed();
    return this.#list;
  }

  #parsed(): readonly Module[] {
    return [...this.#relevant].map((path) => this.#modules.get(path)).filter((one) => one !== undefined);
  }

  module(path: string): Module | undefined {
    if (this.#modules.has(path)) return this.#modules.get(path);
    const text = this.files.read(path);
    const loaded =
      text === undefined
        ? ({ ok: false, reason: "cannot be read (no permission, or larger than 20 MB)" } as const)
        : loadModule(path, text);
    const module = loaded.ok ? loaded.module : undefined;
    if (!loaded.ok) this.notAnalysed.push({ path, reason: loaded.reason });
    this.#modules.set(path, module);
    return module;
  }

  /** The first module whose code matches, comments left out; asked once per pattern. */
  mention(pattern: RegExp): Module | undefined {
    const key = String(pattern);
    if (!this.#mentions.has(key))
      this.#mentions.set(
        key,
        this.modules.find((module) => pattern.test(module.text) && pattern.test(codeOf(module))),
      );
    return this.#mentions.get(key);
  }

  isRelevant(path: string): boolean {
    return this.#relevant.has(path);
  }

  json(path: string): unknown {
    return parseJson(this.files.read(path));
  }

  #select(options: ProgramOptions): void {
    const all = this.files.list.filter(
      (path) => isSource(path) && (options.includeTests === true || !isTestOrBuild(path)),
    );
    const main = all.filter((path) => options.includeTests === true || !isAuxiliary(path));
    this.#read(main, options);
    if (main.length < all.length && !this.modules.some((module) => namesExpress(module.text))) {
      this.#list = undefined;
      this.#read(all.filter(isAuxiliary), options);
    }
    this.#list = undefined;
  }

  #read(sources: readonly string[], options: ProgramOptions): void {
    const others = new Map<string, readonly string[]>();
    for (const [i, path] of sources.entries()) {
      options.onProgress?.(i, sources.length);
      if (/\.min\.[cm]?js$/.test(path)) continue;
      const text = this.files.read(path);
      if (text === undefined) {
        // Named as not analysed: nobody knows what it would have said.
        this.module(path);
        continue;
      }
      if (foreignEncoding(text) !== undefined) this.module(path);
      else if (!isWorthReading(text)) {
        others.set(path, specifiersIn(text));
      } else {
        this.#relevant.add(path);
        this.module(path);
      }
    }
    this.#addImporters(others);
    this.#list = undefined;
  }

  /** `main.ts` may say no more than `new Server().start()`: what imports set-up code is set-up code. */
  #addImporters(others: ReadonlyMap<string, readonly string[]>): void {
    const waiting = new Map(others);
    const setUp = new Set<string>();
    for (const path of this.#relevant) {
      const text = this.#modules.get(path)?.text ?? "";
      if (namesExpress(text)) setUp.add(path);
      else waiting.set(path, specifiersIn(text));
    }
    if (setUp.size === 0) return;
    const imports = new Map(
      [...waiting].map(([path, specifiers]) => [path, this.#filesBehind(specifiers, path)]),
    );
    for (let round = 0; round < MAX_IMPORT_ROUNDS; round += 1) {
      const found = [...imports].filter(([, files]) => files.some((file) => setUp.has(file)));
      if (found.length === 0) return;
      for (const [path] of found) {
        imports.delete(path);
        setUp.add(path);
        this.#relevant.add(path);
        this.module(path);
      }
    }
  }

  #filesBehind(specifiers: readonly string[], from: string): readonly string[] {
    return specifiers.flatMap((specifier) => {
      const found = this.resolver.resolve(specifier, from);
      return found.kind === "file" ? [found.path] : [];
    });
  }

  /** Entries first (nobody imports them), so that a module runs where Node would run it. */
  #run(): void {
    const imports = new Map(this.modules.map((module) => [module, this.#importedBy(module)]));
    const imported = new Set([...imports.values()].flat());
    const entries = this.modules
      .filter((one) => !imported.has(one))
      .toSorted((a, b) => rank(a.path) - rank(b.path));
    for (const module of entries) this.machine.load(module);
    for (const module of this.modules) this.machine.load(module);
    runOrphans(this.machine, importersFirst(entries, this.modules, imports));
  }

  #importedBy(module: Module): readonly Module[] {
    return importsOf(module).flatMap((specifier) => {
      const found = this.resolver.resolve(specifier, module.path);
      const one = found.kind === "file" ? this.#modules.get(found.path) : undefined;
      return one === undefined || one === module ? [] : [one];
    });
  }
}

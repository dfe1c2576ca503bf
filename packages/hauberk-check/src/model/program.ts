import { UNREADABLE } from "../files/discover.ts";
import { parseJson } from "../files/paths.ts";
import type { t } from "../parse/ast.ts";
import type { ProjectFiles, Skipped } from "../files/project-files.ts";
import type { App } from "./app.ts";
import type { Budget } from "./budget.ts";
import { globalValues } from "./globals.ts";
import { createMachine } from "./interpreter.ts";
import { importedByHandlers, type Source } from "./imported.ts";
import { LexicalScope } from "./lexical.ts";
import { importersFirst, rank } from "./load-order.ts";
import type { Machine } from "./machine.ts";
import { importsOf, loadModule, type Module } from "./module.ts";
import { runOrphans } from "./orphans.ts";
import type { Packages } from "./packages.ts";
import type { Project } from "./project.ts";
import type { Resolver } from "./resolve.ts";
import type { Value } from "./values.ts";

export interface ProgramOptions {
  /** The sources to parse, in this order. @default all that the project selected */
  readonly reads?: readonly string[];
  /** Files for the rules that look at files. @default all of the project's */
  readonly list?: readonly string[];
  /** Whether a source may be parsed when an import leads to it. @default any may */
  readonly owns?: (path: string) => boolean;
  /** What reading may cost, shared with other programs. @default a budget of its own */
  readonly budget?: Budget;
  /** Called after each source. */
  readonly onRead?: (done: number, total: number) => void;
}

/** The sources of a project, or of a part of it that stands alone, and what reading their set-up code in order gives. */
export class Program {
  readonly project: Project;
  /** Files that the rules about files look at. */
  readonly list: readonly string[];
  readonly globals: ReadonlyMap<string, Value>;
  readonly notAnalysed: Skipped[] = [];
  readonly machine: Machine;
  /** Sources of other parts that an import led to: this part does not stand alone. */
  readonly strays: Set<string> = new Set();
  /** Cookies that a guard here reads and nothing here sets: another part may. */
  readonly unsetCookies: Set<string> = new Set();
  readonly #modules: Map<string, Module | undefined> = new Map();
  readonly #relevant: readonly string[];
  /** Files that only handlers import, and that may do something dangerous. */
  readonly #imported: string[] = [];
  readonly #owns: (path: string) => boolean;
  readonly #values: WeakMap<t.Node, Value> = new WeakMap();
  #list: readonly Module[] | undefined;

  constructor(project: Project, options: ProgramOptions = {}) {
    const {
      reads = project.selection.reads,
      list = project.files.list,
      owns = (): boolean => true,
    } = options;
    this.project = project;
    this.list = list;
    this.globals = globalValues();
    this.machine = createMachine(this, (path) => this.packages.expressFor(path), options.budget);
    this.#owns = owns;
    this.#relevant = reads.filter((path) => this.isRelevant(path));
    for (const [i, path] of reads.entries()) {
      this.module(path);
      options.onRead?.(i + 1, reads.length);
    }
    this.#run();
    // What the set-up asked for does not count against what rules ask for (0260).
    this.machine.idleSteps.clear();
  }

  get files(): ProjectFiles {
    return this.project.files;
  }

  get resolver(): Resolver {
    return this.project.resolver;
  }

  get packages(): Packages {
    return this.project.packages;
  }

  get apps(): readonly App[] {
    return this.machine.apps;
  }

  /** Modules that were parsed, tests and build files left out. */
  get modules(): readonly Module[] {
    this.#list ??= [...this.#relevant, ...this.#imported]
      .map((path) => this.#modules.get(path))
      .filter((one) => one !== undefined);
    return this.#list;
  }

  module(path: string): Module | undefined {
    if (this.#modules.has(path)) return this.#modules.get(path);
    if (!this.#owns(path)) {
      this.strays.add(path);
      return undefined;
    }
    const text = this.files.read(path);
    const loaded = text === undefined ? ({ ok: false, reason: UNREADABLE } as const) : loadModule(path, text);
    const module = loaded.ok ? loaded.module : undefined;
    if (!loaded.ok) this.notAnalysed.push({ path, reason: loaded.reason });
    this.#modules.set(path, module);
    return module;
  }

  /** The first source of the whole project whose code matches, comments and some folders left out; asked once per pattern. */
  mention(pattern: RegExp, without: readonly string[] = []): string | undefined {
    return this.project.mention(pattern, (path) => this.#modules.get(path), without);
  }

  /**
   * What stands at a node of code that is never run while the set-up is read. Kept, since many rules ask for the same: a function
   * they all ask for by a call would else be read often enough (0260) before the last of them asks.
   */
  valueAt(module: Module, node: t.Node): Value {
    let value = this.#values.get(node);
    if (value === undefined) {
      value = this.machine.evaluate(node, new LexicalScope(this.machine, module, node));
      this.#values.set(node, value);
    }
    return value;
  }

  isRelevant(path: string): boolean {
    return this.project.selection.relevant.has(path);
  }

  json(path: string): unknown {
    return parseJson(this.files.read(path));
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
    this.#addImported();
  }

  /** A query may stand in a file that names neither Express nor a request: it is looked at when handlers import it. */
  #addImported(): void {
    const { imports } = this.project.selection;
    const source = (path: string): Source => ({
      imports: imports.get(path) ?? [],
      // Tests have none, and files of another part are that part's.
      text: imports.has(path) && this.#owns(path) ? this.files.read(path) : undefined,
    });
    for (const path of importedByHandlers(this.modules, source)) {
      const module = this.module(path);
      if (module === undefined || this.isRelevant(path)) continue;
      this.#imported.push(path);
      this.machine.load(module);
    }
    this.#list = undefined;
  }

  #importedBy(module: Module): readonly Module[] {
    return importsOf(module).flatMap((specifier) => {
      const found = this.resolver.resolve(specifier, module.path);
      if (found.kind === "file" && !this.#owns(found.path)) this.strays.add(found.path);
      const one = found.kind === "file" ? this.#modules.get(found.path) : undefined;
      return one === undefined || one === module ? [] : [one];
    });
  }
}

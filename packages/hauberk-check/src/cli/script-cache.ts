import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cachedDataVersionTag } from "node:v8";
import { Script } from "node:vm";

/** Where the scripts are, and what tells one release of them from the next. */
export interface ScriptBundle {
  readonly folder: string;
  readonly version: string;
}

const MAX_AGE_MS = 24 * 60 * 60 * 1_000;

/**
 * Loads the scripts of a bundle with the code that V8 made of them in an earlier run.
 *
 * Node's own compile cache is written when a module is loaded, before any of its functions has run. This one is written
 * after a run, so it has the functions a run needs and no others: it is faster to read than all of them, and nothing is
 * left to compile. Whatever is wrong with it, the scripts run without it.
 */
export class ScriptCache {
  readonly #bundle: ScriptBundle;
  readonly #cacheFolder: string;
  readonly #loaded: Map<string, { readonly exports: object }> = new Map();
  readonly #unkept: Map<string, Script> = new Map();

  constructor(bundle: ScriptBundle, cacheFolder: string) {
    this.#bundle = bundle;
    this.#cacheFolder = cacheFolder;
  }

  /** Runs a script of the bundle once, and returns what it exports: a function that takes what a CommonJS module is given. */
  load(name: string): object {
    const known = this.#loaded.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.#loaded.set(name, module);
    const file = join(this.#bundle.folder, name);
    // Written in ASCII by scripts/bundle.ts: a text with one wider character takes twice the memory.
    const script = this.#compile(name, file, readFileSync(file, "latin1"));
    const run = script.runInThisContext() as (...given: unknown[]) => void;
    run(module.exports, (id: string) => this.#require(id), module, file, this.#bundle.folder);
    return module.exports;
  }

  #require(id: string): unknown {
    return id.startsWith("./") ? this.load(id.slice(2)) : process.getBuiltinModule(id);
  }

  #compile(name: string, file: string, source: string): Script {
    const cached = readIfThere(this.#pathFor(name));
    const script = new Script(source, { filename: file, ...(cached && { cachedData: cached }) });
    if (cached === undefined || script.cachedDataRejected === true || this.#isOld(name))
      this.#unkept.set(name, script);
    return script;
  }

  /** Writes what was compiled of the scripts whose cache is missing or old. Call it when a run is over. */
  keep(): void {
    try {
      if (this.#unkept.size > 0) makeFolder(this.#cacheFolder);
      for (const [name, script] of this.#unkept) {
        const path = this.#pathFor(name);
        const draft = `${path}.${String(process.pid)}`;
        writeFileSync(draft, script.createCachedData(), { mode: 0o600 });
        // Another run that starts now reads all of it or nothing.
        renameSync(draft, path);
      }
    } catch {
      // A home that cannot be written makes the next run as slow as this one, and nothing else.
    }
  }

  /** A first run on JavaScript has none of the functions that read TypeScript: once a day what has come in is added. */
  #isOld(name: string): boolean {
    const written = statSync(this.#pathFor(name), { throwIfNoEntry: false });
    return Date.now() - (written?.mtimeMs ?? 0) > MAX_AGE_MS;
  }

  /** V8 compares the length of the source alone, so the name has to tell two versions of a script apart. */
  #pathFor(name: string): string {
    const { size, mtimeMs } = statSync(join(this.#bundle.folder, name));
    const version = [this.#bundle.version, size, Math.round(mtimeMs), cachedDataVersionTag()].join("-");
    return join(this.#cacheFolder, `${name}-${version}`);
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Not with `recursive`: below /proc, where nobody can make a folder, Node tries that for ever. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

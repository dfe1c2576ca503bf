import type { Module } from "./module.ts";
import { handlesRequests, isServerCode, reachesOutside } from "./selection.ts";

/** A source file before it is parsed. */
export interface Source {
  /** The files of the project that it imports. */
  readonly imports: readonly string[];
  /** Nothing for a test, for data and for what belongs to another part. */
  readonly text: string | undefined;
}

/**
 * Of what request handlers import, and those who put them together, however far away, the files that reach a database, a program, a file
 * or another machine, and those between: request data may be handed on to them. Nothing is parsed for it.
 */
export function importedByHandlers(
  modules: readonly Module[],
  source: (path: string) => Source,
): ReadonlySet<string> {
  const importers = new Map<string, string[]>();
  const texts = new Map<string, string>();
  const waiting = [...handlersAndImporters(modules, source)];
  for (let from = waiting.pop(); from !== undefined; from = waiting.pop())
    for (const path of source(from).imports) {
      const known = importers.get(path);
      if (known !== undefined) {
        known.push(from);
        continue;
      }
      importers.set(path, [from]);
      const { text } = source(path);
      if (text === undefined || !isServerCode(text)) continue;
      texts.set(path, text);
      waiting.push(path);
    }
  return backFrom(
    [...texts].filter(([, text]) => reachesOutside(text) || isGiven(text)).map(([path]) => path),
    importers,
    (path) => texts.has(path),
  );
}

/** A class that is given the others it hands something to imports none of them. */
const isGiven = (text: string): boolean =>
  /\bconstructor\s?\(\s{0,20}[\w{]/.test(text) && /\bthis\.\w+\.\w+\([\w{[`]/.test(text);

/** Those files, with all that import them and are themselves imported by a handler. */
function backFrom(
  outside: readonly string[],
  importers: ReadonlyMap<string, readonly string[]>,
  isImported: (path: string) => boolean,
): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [...outside];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path) || !isImported(path)) continue;
    found.add(path);
    waiting.push(...(importers.get(path) ?? []));
  }
  return found;
}

/** `createRouter(new Users(pool))`: a handler may be given what it uses by the file that puts the application together. */
function handlersAndImporters(
  modules: readonly Module[],
  source: (path: string) => Source,
): ReadonlySet<string> {
  const importers = new Map<string, string[]>();
  for (const { path } of modules)
    for (const one of source(path).imports) {
      const known = importers.get(one);
      if (known === undefined) importers.set(one, [path]);
      else known.push(path);
    }
  const found = new Set<string>();
  const waiting = modules.filter(({ text }) => handlesRequests(text)).map(({ path }) => path);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    waiting.push(...(importers.get(path) ?? []).filter((one) => PUTS_TOGETHER.test(source(one).text ?? "")));
  }
  return found;
}

/** `new Users(pool)`, `makeController({ users })`: something is given what it needs, and it is not a list or a server. */
const PUTS_TOGETHER =
  /\bnew (?!(?:\w{0,40}Error|Weak(?:Map|Set)|Map|Set|Date|URL|Promise|RegExp|Array)\()[A-Z]\w{0,60}\([^)]|\b(?:make|create|build)(?!Server|Hash|Hmac|Connection|Pool|Client|Transport)[A-Z]\w{0,60}\([\w{[]/;

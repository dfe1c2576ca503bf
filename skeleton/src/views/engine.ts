import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { relative } from "node:path";
import { notCompiled, stale } from "./problem.ts";
import { fingerprintOf } from "./source.ts";

const require = createRequire(import.meta.url);

type Template = (locals: object) => string;
type Done = (error: unknown, html?: string) => void;

/** What Express calls for every page. */
export type ViewEngine = (file: string, locals: object, done: Done) => void;

/** What `scripts/compile-views.mjs` writes. */
interface CompiledViews {
  readonly fingerprint: string;
  readonly templates: Readonly<Record<string, Template>>;
}

interface ViewFiles {
  /** The folder of the templates. */
  readonly directory: string;
  /** Templates compiled before the start; used when it is there. */
  readonly compiled: string;
}

/**
 * Renders Pug templates: those compiled before the start, so that nothing of this process makes code out of text, or else
 * Pug's own compiler, which needs `new Function`.
 *
 * @throws {ViewsError} `VIEWS_STALE`, `VIEWS_NOT_COMPILED`
 */
export function createViewEngine({ directory, compiled }: ViewFiles): ViewEngine {
  return existsSync(compiled) ? compiledEngine(directory, compiled) : pugEngine();
}

function compiledEngine(directory: string, file: string): ViewEngine {
  const { fingerprint, templates } = require(file) as CompiledViews;
  // A template that was repaired and not compiled again would go on showing what was wrong with it.
  if (fingerprint !== fingerprintOf(directory)) throw stale(file);
  const known = new Map(Object.entries(templates));
  return (path, locals, done) => {
    try {
      const template = known.get(relative(directory, path).replaceAll("\\", "/"));
      if (template === undefined) throw new Error(`no such template: ${path}`);
      done(null, template(locals));
    } catch (error) {
      done(error);
    }
  };
}

/** Loaded now and not with the first page: later this process may be a user who cannot read it. */
function pugEngine(): ViewEngine {
  try {
    return (require("pug") as { renderFile: ViewEngine }).renderFile;
  } catch (cause) {
    if (cause instanceof EvalError) throw notCompiled(cause);
    throw cause;
  }
}

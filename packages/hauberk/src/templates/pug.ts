/** The part of the package `pug` that is used. */
interface Pug {
  renderFile(path: string, options: object, callback: RenderCallback): void;
}

type RenderCallback = (error: Error | null, html: string) => void;

/** A view engine as `app.engine()` takes it. */
export type ViewEngine = (
  path: string,
  options: object,
  callback: (error: unknown, html?: string) => void,
) => void;

/**
 * Pug as the view engine, with the nonce on every `script` and `style` of the templates: it cannot be forgotten.
 *
 * Markup that comes from a value (`!= text`) gets none, so injected scripts stay blocked.
 *
 * @example app.engine("pug", pugEngine(pug)).set("view engine", "pug");
 */
export function pugEngine(pug: Pug): ViewEngine {
  return function renderPugWithNonce(path, options, callback) {
    pug.renderFile(path, { ...options, plugins: [noncePlugin] }, callback);
  };
}

/** Runs when includes and layouts are in place. */
const noncePlugin = {
  preCodeGen(tree: unknown): unknown {
    visit(tree);
    return tree;
  },
};

interface Tag {
  readonly type: "Tag";
  readonly name: string;
  readonly line: number;
  readonly column: number;
  readonly filename: string;
  readonly attrs: object[];
}

function visit(node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  if (isScriptOrStyle(node)) giveNonce(node);
  for (const child of Object.values(node)) visit(child);
}

function isScriptOrStyle(node: object): node is Tag {
  const { type, name, attrs } = node as Partial<Tag>;
  return type === "Tag" && (name === "script" || name === "style") && Array.isArray(attrs);
}

function giveNonce({ attrs, line, column, filename }: Tag): void {
  if (attrs.some((attribute) => "name" in attribute && attribute.name === "nonce")) return;
  attrs.push({ name: "nonce", val: "cspNonce", mustEscape: true, line, column, filename });
}

/** Thrown at start when the pages could not be shown, or not as they are written. */
export class ViewsError extends Error {
  override readonly name = "ViewsError";
}

const FIX = "node scripts/compile-views.mjs";

export function stale(file: string): ViewsError {
  return new ViewsError(
    `[VIEWS_STALE] ${file} was made from other templates than those in views/.\n` +
      "  Why: pages would look as they did before the last change, with whatever that change repaired.\n" +
      `  Fix: ${FIX}, or remove the file.`,
  );
}

export function notCompiled(cause: unknown): ViewsError {
  return new ViewsError(
    "[VIEWS_NOT_COMPILED] Node was told to make no code out of text, and the templates are still text.\n" +
      "  Why: Pug compiles with `new Function`, which --disallow-code-generation-from-strings forbids.\n" +
      `  Fix: ${FIX}, then start again.`,
    { cause },
  );
}

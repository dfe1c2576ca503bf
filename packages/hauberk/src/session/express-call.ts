/** As express-session's stores call back. */
export type StoreCallback = (error?: unknown, result?: unknown) => void;

/** Makes a promise of a call to an express-session store, whichever way the store fails. */
export async function promised(call: (done: StoreCallback) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const returned = call((error, result) => {
      if (error === undefined || error === null) resolve(result);
      // Stores that keep files answer ENOENT for "nothing there".
      else if ((error as { readonly code?: unknown }).code === "ENOENT") resolve(undefined);
      else reject(error instanceof Error ? error : new Error("the store failed", { cause: error }));
    });
    // A store of async functions may reject and never call back: nobody else would catch it.
    if (returned instanceof Promise) returned.catch(reject);
  });
}

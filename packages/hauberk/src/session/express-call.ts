import { withDeadline } from "../internal/deadline.ts";

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

/** express-session waits for ever; a request that is held this long is as good as lost. */
const DEADLINE_MS = 5000;

/**
 * The same within five seconds. Calls for one session wait for each other: behind one that is never answered, every
 * logout of that session would wait until the process ends, and the session would live on.
 *
 * @param onGivingUp told of the answer that may still come
 */
export async function promisedInTime(
  call: (done: StoreCallback) => unknown,
  onGivingUp?: (answered: Promise<unknown>) => void,
): Promise<unknown> {
  const answered = promised(call);
  let isOpen = true;
  const close = (): void => void (isOpen = false);
  answered.then(close, close);
  try {
    return await withDeadline(answered, DEADLINE_MS);
  } catch (error) {
    if (isOpen) onGivingUp?.(answered);
    throw error;
  }
}

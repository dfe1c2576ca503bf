/**
 * Waits for an answer, but not for ever.
 *
 * @param timeoutMs how long, in milliseconds
 * @throws {Error} `no answer within N ms`; what the answer itself throws otherwise
 * @example const record = await withDeadline(store.get(key), 500);
 */
export async function withDeadline<T>(answer: PromiseLike<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

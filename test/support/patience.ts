/**
 * For `t.waitFor`: what has to become so, however busy the machine is with other tests. Only a test that fails waits
 * that long.
 *
 * @example await t.waitFor(() => assert.ok(existsSync(file)), PATIENCE);
 */
export const PATIENCE: { readonly interval: number; readonly timeout: number } = {
  interval: 20,
  timeout: 60_000,
};

/** For `listen()`: a machine that is busy with other tests is no flood of visitors, who would be told to come back. */
export const SERVES_WHEN_BUSY: { readonly overload: false } = { overload: false };

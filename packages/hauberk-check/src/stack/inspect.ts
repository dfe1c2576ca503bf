import type { StackApp } from "./facts.ts";

export type Inspected =
  | { readonly ok: true; readonly app: StackApp }
  | { readonly ok: false; readonly reason: string };

export async function inspectApp(_root: string, _module: string, _timeoutMs: number): Promise<Inspected> {
  return await Promise.resolve({ ok: false, reason: "not implemented" });
}

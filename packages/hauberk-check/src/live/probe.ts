import type { LiveFacts } from "./facts.ts";

export interface LiveOptions {
  readonly url?: string;
  readonly start?: string;
  readonly ownTarget?: boolean;
  readonly timeoutMs?: number;
  readonly folder?: string;
}

export type Probed =
  | { readonly ok: true; readonly facts: LiveFacts }
  | { readonly ok: false; readonly target: string; readonly reason: string };

export async function probe(options: LiveOptions, _say: (message: string) => void): Promise<Probed> {
  return await Promise.resolve({ ok: false, target: options.url ?? "", reason: "not implemented" });
}

import { memoryStore } from "hauberk/session/memory";
import { startHauberk } from "./hauberk-app.ts";

/** Hauberk with its bounded memory store, the like of the MemoryStore in the hand-composed stack. */
export async function start(port: number): Promise<void> {
  await startHauberk(port, memoryStore({ maxEntries: 10_000 }));
}

import { MemoryLimitStore } from "../../../packages/hauberk/src/limit/store.ts";
import { rateOf } from "../../../packages/hauberk/src/limit/gcra.ts";

const RATE = rateOf(600, 60, 100);

/** What so many different clients cost a limit that remembers 100,000 of them. Needs `--expose-gc`. */
export function manyKeys(keys: number, maxKeys = 100_000) {
  const store = new MemoryLimitStore(maxKeys);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const { user, system } = process.cpuUsage();
  for (let at = 0; at < keys; at++) {
    const key = `address:10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
    store.consume([{ key, rate: RATE, cost: 1 }], at);
  }
  const cpu = process.cpuUsage({ user, system });
  globalThis.gc?.();
  const grown = process.memoryUsage().heapUsed - before;
  return {
    keys,
    maxKeys,
    kept: store.size,
    heapMb: Math.round((grown / 1_048_576) * 10) / 10,
    bytesPerKey: Math.round(grown / store.size),
    cpuMicrosPerCharge: Math.round(((cpu.user + cpu.system) / keys) * 100) / 100,
  };
}

import { monitorEventLoopDelay } from "node:perf_hooks";
import { Gauge, type Registry } from "prom-client";

const PERCENTILES = [50, 99, 100];
const RESOLUTION_MS = 20;

/** How late the event loop ran since the last time somebody asked; of several workers the latest one counts. */
export function measureEventLoop(registers: Registry[]): void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const gauge = new Gauge({
    name: "event_loop_delay_seconds",
    help: "How late the event loop ran since the last scrape.",
    labelNames: ["percentile"],
    aggregator: "max",
    registers,
    collect() {
      for (const percentile of PERCENTILES)
        gauge.set({ percentile: String(percentile) }, latenessSeconds(delay.percentile(percentile)));
      delay.reset();
    },
  });
}

/** Node measures from one of its timers to the next; what is beyond the time between them is late. */
function latenessSeconds(intervalNs: number): number {
  return Math.max(0, intervalNs / 1e9 - RESOLUTION_MS / 1000);
}

import type { SecurityEvent } from "hauberk/events";
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { Exchange } from "../web/exchanges.ts";
import { measureEventLoop } from "./event-loop.ts";
import { boundedLabel, methodLabel, routeLabel, statusLabel } from "./labels.ts";

const DURATION_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** More than this application has routes, and more than the toolkit has codes. */
const MAX_ROUTES = 200;
const MAX_CODES = 200;

/** What this process counts. No label holds anything a visitor can choose. */
export interface Metrics {
  readonly registry: Registry;
  readonly observe: (exchange: Exchange) => void;
  readonly count: (event: SecurityEvent) => void;
}

/** Makes the metrics of one process, in a registry of its own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const durations = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the request's headers to the end of the answer.",
    labelNames: ["method", "route", "status"],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  const events = new Counter({
    name: "security_events_total",
    help: "Events of the toolkit; docs/guide/events.md says when each is sent.",
    labelNames: ["event", "code"],
    registers,
  });
  const storeUp = new Gauge({
    name: "session_store_up",
    help: "0 from a failure of the session store until it answers again.",
    // One worker that cannot reach it is news, however well the others do.
    aggregator: "min",
    registers,
  });
  storeUp.set(1);
  measureEventLoop(registers);
  collectDefaultMetrics({ register: registry });

  const [routes, codes] = [boundedLabel(MAX_ROUTES), boundedLabel(MAX_CODES)];
  return {
    registry,
    observe({ request, response, durationMs }) {
      const labels = {
        method: methodLabel(request.method),
        route: routes(routeLabel(request.route)),
        status: statusLabel(response.statusCode),
      };
      durations.observe(labels, durationMs / 1000);
    },
    count({ name, code }) {
      events.inc({ event: name, code: codes(code ?? "none") });
      if (name === "session.store-failed") storeUp.set(0);
      if (name === "session.store-recovered") storeUp.set(1);
    },
  };
}

import type { SettingProblem } from "./problem.ts";
import type { Settings } from "./settings.ts";
import { isLoopbackHost, transportIsSafe } from "./transport.ts";

/** Settings that mean nothing, or something else than meant, beside each other. */
export function relationProblems(settings: Settings): SettingProblem[] {
  return [
    ...missingPartners(settings),
    ...contradictions(settings),
    ...openTransports(settings),
    ...openMetrics(settings),
  ];
}

const BOTH_OF_TLS =
  "HTTPS needs a certificate and its key; with one of them the server would speak plain HTTP.";

const NEEDED: readonly [set: keyof Settings, missing: keyof Settings, why: string][] = [
  ["TLS_CERT", "TLS_KEY", BOTH_OF_TLS],
  ["TLS_KEY", "TLS_CERT", BOTH_OF_TLS],
  ["RUN_AS_GROUP", "RUN_AS_USER", "giving up root's group alone leaves the process root."],
  ["SOCKET_MODE", "SOCKET_PATH", "a mode needs a socket that has it; the port would be open to everybody."],
  [
    "SOCKET_PATH",
    "ORIGIN",
    "a socket has no address that browsers could use, so there is nothing to guess from.",
  ],
  ["HTTP_PORT", "TLS_CERT", "it redirects to https, and nobody would answer there."],
  ["ACME_DIR", "HTTP_PORT", "certificate authorities ask for challenges over plain http."],
  ["METRICS_HOST", "METRICS_PORT", "nothing listens there without a port."],
];

function missingPartners(settings: Settings): SettingProblem[] {
  return NEEDED.filter(
    ([set, missing]) => settings[set] !== undefined && settings[missing] === undefined,
  ).map(([set, missing, why]) => ({
    code: "SETTING_MISSING",
    what: `${set} is set without ${missing}.`,
    why,
    fix: `set ${missing} too, or remove ${set}.`,
  }));
}

function contradictions({ PORT, SOCKET_PATH, SOCKET_ACTIVATION, HTTP_PORT }: Settings): SettingProblem[] {
  const places = [
    ...(PORT === undefined ? [] : ["PORT"]),
    ...(SOCKET_PATH === undefined ? [] : ["SOCKET_PATH"]),
    ...(SOCKET_ACTIVATION === "true" ? ["SOCKET_ACTIVATION"] : []),
  ];
  const problems: SettingProblem[] = [];
  if (places.length > 1)
    problems.push({
      code: "SETTING_INVALID",
      what: `${places.join(" and ")} are set together.`,
      why: "the application listens in one place; somebody would wait for it in the other.",
      fix: `keep one of them; ${places[0]}= takes a value away that a file or an image has set.`,
    });
  if (HTTP_PORT === "activated" && SOCKET_ACTIVATION !== "true")
    problems.push({
      code: "SETTING_INVALID",
      what: 'HTTP_PORT is "activated" without SOCKET_ACTIVATION=true.',
      why: "there is no second socket of systemd's without the first.",
      fix: "set SOCKET_ACTIVATION=true, or name a port.",
    });
  return problems;
}

/** A password and every session would cross the network where others can read and change them. */
function openTransports(settings: Settings): SettingProblem[] {
  if (settings.INSECURE_STORE_TRANSPORT === "true") return [];
  return (["DATABASE_URL", "REDIS_URL"] as const)
    .filter((name) => !transportIsSafe(settings[name]))
    .map((name) => ({
      code: "SETTING_INVALID",
      what: `${name} leads to another machine without TLS that proves which one it is.`,
      why: "whoever is on the way reads its password and every session, and may answer in its place.",
      fix:
        name === "REDIS_URL"
          ? "use rediss://; on a network that nobody else is in, INSECURE_STORE_TRANSPORT=true."
          : "add ?sslmode=verify-full; on a network that nobody else is in, INSECURE_STORE_TRANSPORT=true.",
    }));
}

function openMetrics({ METRICS_HOST: host, INSECURE_PUBLIC_METRICS: isPublic }: Settings): SettingProblem[] {
  if (host === undefined || isLoopbackHost(host) || isPublic === "true") return [];
  return [
    {
      code: "SETTING_INVALID",
      what: `METRICS_HOST is ${JSON.stringify(host)}, which other machines can reach.`,
      why: "metrics ask for no password: they tell everybody how many log-ins fail and when the application is weak.",
      fix: "leave it at 127.0.0.1; behind a network policy or a firewall, INSECURE_PUBLIC_METRICS=true.",
    },
  ];
}

import { printPath } from "../../model/path-patterns.ts";
import type { Endpoint } from "../../model/view.ts";

const PATHS = /^\/(?:metrics|status|debug|_debug|phpinfo|server-status|actuator|env|heapdump|profiler)\/?$/i;

/** `JSON.stringify({ env: process.env, config })`, `util.inspect(process.env)`. */
const WRITTEN_OUT = /(?:stringify|inspect)\((?:\{[^{}]{0,200}?(?::|\.\.\.))?process\.env[,})]/;

/** `res.json(process.env)` and `res.json({ env: process.env })`. */
export function showsEnvironment(source: string): boolean {
  const compact = source.replace(/\s+/g, "");
  return (
    /\.(?:json|send|end)\(process\.env\)/.test(compact) ||
    (/\.(?:send|end|write)\(/.test(compact) && WRITTEN_OUT.test(compact)) ||
    (/\.(?:json|send)\(\{/.test(compact) && /(?:\.\.\.|:)process\.env[,}]/.test(compact))
  );
}

/** `/status` and its like, whose handler tells of the process. */
export const namesInternals = ({ paths, parts }: Endpoint): boolean =>
  PATHS.test(printPath(paths)) &&
  parts.some((part) =>
    /register\.metrics|process\.(?:env|memoryUsage|versions)|os\.|heap/.test(part.facts?.source ?? ""),
  );

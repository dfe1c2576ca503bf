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

const TOLD: readonly (readonly [RegExp, string])[] = [
  [/[:,{(]process\.versions?(?:\.node)?[,})]/, "the version of Node.js"],
  [/[:,{(]os\.(?:release|version)\(\)[,})]/, "the version of the system"],
  [/[:,{(]os\.hostname\(\)[,})]/, "the name of the machine"],
  [/[:,{(]os\.(?:networkInterfaces|userInfo)\(\)[,})]/, "addresses or accounts of the machine"],
];

/** About the environment, or about who asks: a handler that answers 401 or 403 has looked. */
const DECIDES = /NODE_ENV|isProd|isDev|\b40[13]\b/;

/** `res.json({ status: "up", node: process.version })`: what it tells of the machine; nothing where a condition about the environment decides. */
export function toldOfMachine(source: string): string | undefined {
  if (!/\bprocess\.version|\bos\./.test(source) || DECIDES.test(source)) return undefined;
  const answers = [...source.replace(/\s+/g, "").matchAll(/\.(?:json|send)\(\{[^;]*/g)].join(";");
  return TOLD.find(([pattern]) => pattern.test(answers))?.[1];
}

/** `const hostname = os.hostname()` of the module, and `res.json({ hostname })`. */
export function toldByName(source: string, module: string): string | undefined {
  if (!/\bos\.(?:hostname|networkInterfaces)\(/.test(module) || DECIDES.test(source)) return undefined;
  const answers = [...source.replace(/\s+/g, "").matchAll(/\.(?:json|send)\(\{[^;]*/g)].join(";");
  const names = [
    ...module.matchAll(
      /\b(?:const|let|var) (\w{1,40})\s?=\s?(?:require\(["'](?:node:)?os["']\)|os)\.hostname\(\)/g,
    ),
  ];
  return names.some(([, name = ""]) => new RegExp(String.raw`[:,{(]${name}[,})]`).test(answers))
    ? "the name of the machine"
    : undefined;
}

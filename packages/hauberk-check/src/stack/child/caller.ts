import { fileURLToPath } from "node:url";
import type { StackPlace } from "../facts.ts";

/** The innermost frame of the project's own code: below its root, outside node_modules. */
export function callerBelow(root: string): StackPlace | undefined {
  const { stackTraceLimit } = Error;
  // oxlint-disable-next-line typescript/unbound-method -- put back as it was, never called here
  const { prepareStackTrace } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = 80;
    Error.prepareStackTrace = (_error, sites) => sites;
    Error.captureStackTrace(holder, callerBelow);
    return find((holder.stack ?? []) as readonly NodeJS.CallSite[], root);
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function find(sites: readonly NodeJS.CallSite[], root: string): StackPlace | undefined {
  for (const site of sites) {
    const name = site.getFileName();
    if (typeof name !== "string" || name.startsWith("node:")) continue;
    const file = name.startsWith("file://") ? fileURLToPath(name) : name;
    if (isOwn(file, root))
      return { file, line: site.getLineNumber() ?? 1, column: site.getColumnNumber() ?? 1 };
  }
  return undefined;
}

const OWN_FOLDER = fileURLToPath(new URL(".", import.meta.url));

function isOwn(file: string, root: string): boolean {
  return file.startsWith(root) && !/[\\/]node_modules[\\/]/.test(file) && !file.startsWith(OWN_FOLDER);
}

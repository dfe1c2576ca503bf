import { locate, SYSTEM_TOOLS } from "../../scripts/lib/system-tools.mjs";

/**
 * Where a program of the operating system is, by its name in the table of scripts/lib/system-tools.mjs.
 *
 * @throws {Error} when it is not installed: a test that passes where its tool is missing proves nothing
 * @example spawn(toolPath("Redis"), ["--port", "7000"]);
 */
export function toolPath(name: string): string {
  const tool = SYSTEM_TOOLS.find((each) => each.name === name);
  if (tool === undefined) throw new Error(`${name} is not in the table of system tools`);
  const path = locate(tool, process.env);
  if (path === undefined) throw new Error(`${name} is missing: apt-get install ${tool.debian.join(" ")}`);
  return path;
}

import { setFlagsFromString } from "node:v8";

/** The release of Node, which says what V8 knows. */
export const NODE_MAJOR: number = Number.parseInt(process.versions.node, 10);

/** Sets a flag of V8, where this release is known to have it: of one it does not know the engine would tell the user. */
export function setFlag(flag: string): void {
  if (NODE_MAJOR <= 24) setFlagsFromString(flag);
}

import { foreignEncoding, UNREADABLE } from "../files/discover.ts";
import { isDeployment, isPage, isTemplate } from "../files/kinds.ts";
import { basename, parseJson, record } from "../files/paths.ts";
import type { Skipped } from "../files/project-files.ts";

const NO_JSON = "no JSON object";
const JSON_FILE = /^(?:package|[tj]sconfig(?:\.[\w-]+)?)\.json$/;

/** Settings that are JSON whatever else is in them. */
export const isJsonFile = (path: string): boolean => JSON_FILE.test(basename(path));

/** Why a file that is no source tells nothing: without a word, nothing found in it would be read as a pass. */
export function unread(path: string, text: string | undefined): Skipped | undefined {
  if (text === undefined) return { path, reason: UNREADABLE };
  if (isJsonFile(path) && record(parseJson(text)) === undefined) return { path, reason: NO_JSON };
  // Keys may be binary.
  const isText = isTemplate(path) || isPage(path) || isDeployment(path);
  const encoding = isText ? foreignEncoding(text)?.split(",")[0] : undefined;
  return encoding === undefined ? undefined : { path, reason: encoding };
}

/** Lock files that were read before. */
export const unreadLocks = (paths: readonly string[]): readonly Skipped[] =>
  paths.map((path) => ({ path, reason: NO_JSON }));

import { filesOf, type Ahead } from "../files/discover.ts";
import { Project } from "../model/project.ts";
import { RULES } from "../rules/registry.ts";
import { Claims } from "./claims.ts";
import { send, type Job, type SentPart } from "./job.ts";
import { readClaimed } from "./read-shared.ts";

/** Does a job in the helping thread; `ahead` has the texts that it has read before. */
export function doJob(
  root: string,
  list: readonly string[],
  ahead: Ahead,
  job: Job,
): ReadonlyMap<number, SentPart> {
  const project = new Project(filesOf(root, list, [], ahead), {}, job.selection);
  const wanted = new Set(job.rules);
  const rules = RULES.filter((rule) => wanted.has(rule.id));
  const seen = readClaimed(project, rules, job.parts, new Claims(job.claims));
  return new Map([...seen].map(([at, part]) => [at, send(part)]));
}

import type { PartSeen } from "../engine/read-parts.ts";
import type { ProjectPart } from "../model/project-parts.ts";
import type { Selection } from "../model/select-sources.ts";
import type { Rule } from "../rules/rule.ts";
import type { SharedMemory } from "./shared-texts.ts";

/** What the helping thread is started with. */
export interface HelperData {
  readonly root: string;
  /** Sources, which it reads ahead. */
  readonly paths: readonly string[];
  readonly memory: SharedMemory;
  readonly maxFileBytes: number;
  /** All files of the project, when it waits for a job after that. */
  readonly list: readonly string[] | undefined;
}

/** Parts of the project that it is to look at, as far as the other thread has not taken them. */
export interface Job {
  readonly rules: readonly string[];
  readonly selection: Selection;
  readonly parts: readonly ProjectPart[];
  /** Which of them are taken. */
  readonly claims: SharedArrayBuffer;
}

/** What was seen in a part, with rules by their ids: a function cannot be sent. */
export interface SentPart extends Omit<PartSeen, "found" | "unchecked"> {
  readonly found: readonly Named<PartSeen["found"][number]>[];
  readonly unchecked: readonly Named<PartSeen["unchecked"][number]>[];
}

type Named<T> = Omit<T, "rule"> & { readonly rule: string };

const named = <T extends { readonly rule: Rule }>(one: T): Named<T> => ({ ...one, rule: one.rule.id });

export function send(seen: PartSeen): SentPart {
  return { ...seen, found: seen.found.map(named), unchecked: seen.unchecked.map(named) };
}

/** @throws {TypeError} when a rule has no such id: nothing that was found may be lost. */
export function receive(sent: SentPart, rules: readonly Rule[]): PartSeen {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const ruleOf = (id: string): Rule => {
    const rule = byId.get(id);
    if (rule === undefined) throw new TypeError(`no rule is called ${id}`);
    return rule;
  };
  return {
    ...sent,
    found: sent.found.map((one) => ({ ...one, rule: ruleOf(one.rule) })),
    unchecked: sent.unchecked.map((one) => ({ ...one, rule: ruleOf(one.rule) })),
  };
}

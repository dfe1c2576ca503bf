import { readdirSync, readFileSync } from "node:fs";

/** Of `/proc`, in milliseconds; every Linux has it at 100 a second. */
const TICK_MS = 10;

/** What Linux says of a process. */
export interface ProcessStat {
  /** "Z" for one that has ended and that nobody has asked for yet. */
  readonly state: string;
  readonly parent: number;
  /** Processor time since its start, in steps of ten. */
  readonly processorMillis: number;
}

/** `undefined` when there is no such process. @see proc_pid_stat(5) */
export function processStat(pid: number): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state = "", parent] = fields;
    return {
      state,
      parent: Number(parent),
      processorMillis: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    };
  } catch {
    return undefined;
  }
}

export function childrenOf(pid: number): readonly number[] {
  const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  return pids.filter((each) => processStat(each)?.parent === pid);
}

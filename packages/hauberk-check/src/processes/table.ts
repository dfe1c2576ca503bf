import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A process that runs, and the one that started it. */
export interface RunningProcess {
  readonly id: number;
  readonly parent: number;
}

/** Where there is no /proc. Generous: what is not in the answer is not ended, and goes on for good. */
const PS_TIMEOUT_MS = 30_000;

/**
 * All processes of this machine that this user may see; none where nobody can say.
 *
 * @param folder where Linux shows its processes: nothing has to be started to look, however busy the machine is
 */
export function readProcesses(folder = "/proc"): readonly RunningProcess[] {
  const found = fromFolder(folder);
  return found.length > 0 ? found : fromPs();
}

/** The processes in whose environment this stands, also those that left their parents; none where Linux does not say. */
export function processesWith(setting: string, folder = "/proc"): readonly number[] {
  return fromFolder(folder).flatMap(({ id }) => {
    try {
      const settings = readFileSync(join(folder, String(id), "environ"), "latin1");
      return settings.split("\0").includes(setting) ? [id] : [];
    } catch {
      // Another user's, or ended.
      return [];
    }
  });
}

function fromFolder(folder: string): readonly RunningProcess[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => fromStat(join(folder, name, "stat")));
  } catch {
    return [];
  }
}

/** `12 (name) S 11 ...`: the name may hold spaces and brackets, and is the process's own choice. */
function fromStat(file: string): readonly RunningProcess[] {
  try {
    const text = readFileSync(file, "utf8");
    const parent = text.slice(text.lastIndexOf(")")).split(" ")[2];
    return [{ id: Number.parseInt(text, 10), parent: Number(parent) }];
  } catch {
    // Ended since the folder was read.
    return [];
  }
}

function fromPs(): readonly RunningProcess[] {
  try {
    const text = execFileSync("ps", ["-A", "-o", "pid=,ppid="], {
      encoding: "utf8",
      timeout: PS_TIMEOUT_MS,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return text.split("\n").map((line) => {
      const [id = Number.NaN, parent = Number.NaN] = line.trim().split(/\s+/).map(Number);
      return { id, parent };
    });
  } catch {
    // Small images have no ps: the group itself is still stopped.
    return [];
  }
}

/** Who the server becomes once its port is bound. */
export interface RunAs {
  readonly user: string;
  readonly group: string | undefined;
}

export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** Whether this process is root and is to become somebody else. */
export function willDropRoot(runAs: RunAs | undefined): runAs is RunAs {
  return runAs !== undefined && process.getuid?.() === 0;
}

/**
 * Does a piece of work with the file access of the user the server will become, and is root again afterwards.
 * The work is synchronous: nothing else of this process runs meanwhile.
 */
export function asRunUser<T>(runAs: RunAs, work: (identity: Identity) => T): T {
  const rootGroup = process.getegid?.() ?? 0;
  const rootGroups = process.getgroups?.() ?? [];
  try {
    // Root's supplementary groups would open folders that the user cannot enter later.
    process.setgroups?.([]);
    // The group first: once the user is gone, the group cannot be changed any more.
    if (runAs.group !== undefined) process.setegid?.(accountOf(runAs.group));
    process.seteuid?.(accountOf(runAs.user));
    return work({ uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 });
  } finally {
    process.seteuid?.(0);
    process.setegid?.(rootGroup);
    process.setgroups?.(rootGroups);
  }
}

/** "33" is an account number, not an account named 33. */
function accountOf(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}

// The first and only file that an old Node gets to: it imports nothing and uses nothing that Node 12 does not know.

const OLDEST_MAJOR = 20;

/** Ends the process with one clear message where the Node is too old for the scripts. */
export function requireNode() {
  const version = process.versions.node;
  // Written this way round so that an unreadable version is refused.
  if (parseInt(version, 10) >= OLDEST_MAJOR) return;
  console.error(
    "[NODE_TOO_OLD] This repository's commands start on Node " +
      OLDEST_MAJOR +
      " or newer; this is Node " +
      version +
      ".\n" +
      "  Why: they install the Node that the project itself runs on, which needs the npm of a newer Node.\n" +
      "  Fix: install Node 20, 22 or 24 (https://nodejs.org/en/download) and run the command again.",
  );
  process.exit(1);
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../errors/config-error.ts";
import { lookUpIdentity } from "./identity.ts";
import { decidePrivileges, type PrivilegeFacts } from "./privileges.ts";
import { findKeptPrivilege } from "./prove.ts";

const nobody: PrivilegeFacts = { uid: 65_534, user: undefined, group: undefined, serveAsRoot: false };

const plans: readonly [name: string, facts: Partial<PrivilegeFacts>, want: string][] = [
  ["drops from root to the user asked for", { uid: 0, user: "www-data" }, "drop www-data undefined"],
  ["drops from root to user and group", { uid: 0, user: "a", group: "b" }, "drop a b"],
  ["keeps an ordinary user as it is", {}, "keep"],
  ["keeps root only where that was asked for by name", { uid: 0, serveAsRoot: true }, "keep"],
  ["refuses to serve as root", { uid: 0 }, "RUNNING_AS_ROOT"],
  ["refuses to serve as root with a group only", { uid: 0, group: "www-data" }, "RUNNING_AS_ROOT"],
  [
    "refuses a group only, also with root allowed",
    { uid: 0, group: "b", serveAsRoot: true },
    "RUNNING_AS_ROOT",
  ],
  [
    "drops even where root is allowed, once a user is named",
    { uid: 0, user: "a", serveAsRoot: true },
    "drop a undefined",
  ],
  ["refuses a user that an ordinary process cannot become", { user: "www-data" }, "PRIVILEGES_UNAVAILABLE"],
  ["refuses a group that an ordinary process cannot take", { group: "www-data" }, "PRIVILEGES_UNAVAILABLE"],
  [
    "refuses to drop its own name too: nothing would be proven",
    { uid: 33, user: "www-data" },
    "PRIVILEGES_UNAVAILABLE",
  ],
  ["does nothing where processes have no user", { uid: undefined }, "keep"],
  ["refuses a user where processes have none", { uid: undefined, user: "a" }, "PRIVILEGES_UNAVAILABLE"],
  ["refuses a group where processes have none", { uid: undefined, group: "a" }, "PRIVILEGES_UNAVAILABLE"],
];

for (const [name, facts, want] of plans) {
  test(name, () => {
    const plan = decidePrivileges({ ...nobody, ...facts });
    const got =
      plan.kind === "refuse"
        ? plan.error.code
        : plan.kind === "drop"
          ? `drop ${plan.user} ${plan.group}`
          : plan.kind;
    assert.equal(got, want);
  });
}

const clean = [
  "Uid:\t33\t33\t33\t33",
  "Gid:\t33\t33\t33\t33",
  "Groups:\t ",
  "CapInh:\t0000000000000000",
  "CapPrm:\t0000000000000000",
  "CapEff:\t0000000000000000",
  "CapBnd:\t000001ffffffffff",
  "CapAmb:\t0000000000000000",
].join("\n");

const statuses: readonly [name: string, from: RegExp, to: string, want: RegExp | undefined][] = [
  ["finds nothing in a clean thread", /^$/, "", undefined],
  ["accepts its own group as a supplementary one", /Groups:\t /, "Groups:\t33 ", undefined],
  ["finds a supplementary group of root", /Groups:\t /, "Groups:\t0 4 42 ", /groups 0 4 42/],
  ["finds a foreign group beside its own", /Groups:\t /, "Groups:\t33 42 ", /groups 33 42/],
  ["finds an effective capability", /CapEff:\t0/, "CapEff:\t1", /CapEff/],
  [
    "finds a permitted capability that is not effective",
    /CapPrm:\t000000000000000./,
    "CapPrm:\t0000000000000400",
    /CapPrm/,
  ],
  ["finds an ambient capability", /CapAmb:\t000000000000000./, "CapAmb:\t0000000000000400", /CapAmb/],
  ["finds root as the saved user", /Uid:\t33\t33\t33/, "Uid:\t33\t33\t0", /Uid 33 33 0 33/],
  ["finds root as the effective user", /Uid:\t33\t33/, "Uid:\t33\t0", /Uid/],
  ["finds root's group as the file system group", /Gid:\t33\t33\t33\t33/, "Gid:\t33\t33\t33\t0", /Gid/],
  ["finds a status without ids suspicious", /Uid:.*\n/, "", /Uid/],
];

for (const [name, from, to, want] of statuses) {
  test(name, () => {
    const found = findKeptPrivilege(clean.replace(from, to), { uid: 33, gid: 33 });
    if (want === undefined) assert.equal(found, undefined);
    else assert.match(found ?? "nothing", want);
  });
}

const unknown: readonly [name: string, user: string, group: string | undefined][] = [
  ["refuses a user that does not exist", "no-such-user", undefined],
  ["refuses a group that does not exist", "nobody", "no-such-group"],
  ["refuses root by name", "root", undefined],
  ["refuses root by number", "0", undefined],
  ["refuses root's group for another user", "nobody", "root"],
  ["refuses root's group by number", "nobody", "0"],
  ["refuses a number nobody has", "54321", undefined],
  ["refuses a user that reads as a parameter", "--help", undefined],
  ["refuses a group that reads as a parameter", "nobody", "--help"],
  ["refuses a user with a shell command in it", "nobody; id", undefined],
  ["refuses a user with a NUL in it", "nobody\0root", undefined],
];

for (const [name, user, group] of unknown) {
  test(name, () => {
    assert.throws(
      () => lookUpIdentity(user, group),
      (error: unknown) => error instanceof ConfigError && error.code === "USER_UNKNOWN",
    );
  });
}

test("finds the numbers of a user and a group", () => {
  assert.deepEqual(lookUpIdentity("nobody", undefined), { uid: 65_534, gid: 65_534 });
  assert.equal(lookUpIdentity("nobody", "daemon").gid, 1);
});

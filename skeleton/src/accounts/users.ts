import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import type { Schema } from "../database/schema.ts";

const ROLES = ["user", "admin"] as const;

/** What somebody may do beyond his own notes: an administrator sees what browsers report. */
export type Role = (typeof ROLES)[number];

export function isRole(value: unknown): value is Role {
  return ROLES.some((role) => role === value);
}

export interface User {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly sessionEpoch: number;
  readonly role: Role;
  readonly createdAtMs: number;
}

export interface Users {
  /** Creates the account unless the address has one already; says which, and changes nothing in the second case. */
  readonly add: (email: string, passwordHash: string) => Promise<boolean>;
  readonly byEmail: (email: string) => Promise<User | undefined>;
  readonly byId: (id: string) => Promise<User | undefined>;
  /** Stores the same password under a new cost; loses against a password change that came first. */
  readonly rehash: (user: User, passwordHash: string) => Promise<void>;
  /**
   * Changes the password and, in the same write, ends every session of the account.
   * @returns the new session epoch; `undefined` when the password was changed by someone else meanwhile.
   */
  readonly changePassword: (user: User, passwordHash: string) => Promise<number | undefined>;
  /** Gives an account a role, from its next request on; says whether there is such an account. */
  readonly setRole: (email: string, role: Role) => Promise<boolean>;
  /** Removes the account and, in the same write, its notes and what is noted down about their files. */
  readonly remove: (id: string) => Promise<void>;
}

export function createUsers(db: Kysely<Schema>, now: () => number = Date.now): Users {
  const columns = [
    "id",
    "email",
    "password_hash as passwordHash",
    "session_epoch as sessionEpoch",
    "role",
    "created_at_ms as createdAtMs",
  ] as const;
  return {
    async add(email, passwordHash) {
      const row = {
        id: randomUUID(),
        email,
        password_hash: passwordHash,
        session_epoch: 0,
        created_at_ms: now(),
      };
      // A taken address writes its row as it was: an answer without a write to the disk would come earlier and tell.
      const stored = await db
        .insertInto("users")
        .values(row)
        .onConflict((conflict) =>
          conflict
            .column("email")
            .doUpdateSet((existing) => ({ session_epoch: existing.ref("users.session_epoch") })),
        )
        .returning("id")
        .executeTakeFirstOrThrow();
      return stored.id === row.id;
    },
    async setRole(email, role) {
      const { numUpdatedRows } = await db
        .updateTable("users")
        .set({ role })
        .where("email", "=", email)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    byEmail: (email) => db.selectFrom("users").select(columns).where("email", "=", email).executeTakeFirst(),
    byId: (id) => db.selectFrom("users").select(columns).where("id", "=", id).executeTakeFirst(),
    async rehash(user, passwordHash) {
      await db
        .updateTable("users")
        .set({ password_hash: passwordHash })
        .where("id", "=", user.id)
        .where("password_hash", "=", user.passwordHash)
        .execute();
    },
    async changePassword(user, passwordHash) {
      const changed = await db
        .updateTable("users")
        .set((row) => ({ password_hash: passwordHash, session_epoch: row("session_epoch", "+", 1) }))
        .where("id", "=", user.id)
        .where("password_hash", "=", user.passwordHash)
        .returning("session_epoch")
        .executeTakeFirst();
      return changed?.session_epoch;
    },
    async remove(id) {
      await db.deleteFrom("users").where("id", "=", id).execute();
    },
  };
}

import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { availableParallelism } from "node:os";
import { type Argon2Parameters, type PasswordRecord, formatPhc, parsePhc } from "./phc.ts";
import { type QueueOptions, createBoundedQueue } from "../queues/bounded.ts";

/**
 * OWASP's first choice for argon2id (19 MiB, two passes, one lane).
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
export const CURRENT_PARAMETERS: Argon2Parameters = { memoryKiB: 19_456, passes: 2, parallelism: 1 };

/**
 * Two of libuv's four threads stay free for files and DNS, and one processor for everything but passwords: a flood of
 * log-ins must not slow the other pages down. 64 waiting log-ins are about two seconds of work.
 */
const DEFAULT_QUEUE: QueueOptions = {
  concurrency: Math.min(2, Math.max(1, availableParallelism() - 1)),
  maxWaiting: 64,
};

const SALT_BYTES = 16;
const TAG_BYTES = 32;

interface Verification {
  readonly matches: boolean;
  /** The password is right and its stored hash is cheaper or dearer than today's: store a new one. */
  readonly needsRehash: boolean;
}

export interface Passwords {
  /** @throws {QueueFullError} when too many hashes wait already. */
  readonly hash: (password: string) => Promise<string>;
  /**
   * Compares a password with a stored hash, in the same time whether or not there is one.
   * @param stored `undefined` for an account that does not exist.
   * @throws {QueueFullError} when too many hashes wait already.
   */
  readonly verify: (password: string, stored: string | undefined) => Promise<Verification>;
}

export interface PasswordsOptions {
  readonly parameters?: Argon2Parameters;
  readonly queue?: QueueOptions;
}

/** Hashes and verifies passwords with Node's own argon2id, a bounded number at a time. */
export function createPasswords(options: PasswordsOptions = {}): Passwords {
  const parameters = options.parameters ?? CURRENT_PARAMETERS;
  const queue = createBoundedQueue(options.queue ?? DEFAULT_QUEUE);
  const decoy: PasswordRecord = { ...parameters, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) };

  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      const tag = await queue.run(() => derive(password, salt, TAG_BYTES, parameters));
      return formatPhc({ ...parameters, salt, tag });
    },
    async verify(password, stored) {
      const record = stored === undefined ? undefined : parsePhc(stored);
      // Without the decoy a log-in for an unknown address answers 30 ms earlier than one for a known address.
      const { salt, tag, ...cost } = record ?? decoy;
      const derived = await queue.run(() => derive(password, salt, tag.length, cost));
      const matches = timingSafeEqual(derived, tag) && record !== undefined;
      return { matches, needsRehash: matches && !sameCost(record, parameters) };
    },
  };
}

function sameCost(left: Argon2Parameters, right: Argon2Parameters): boolean {
  return (
    left.memoryKiB === right.memoryKiB &&
    left.passes === right.passes &&
    left.parallelism === right.parallelism
  );
}

function derive(password: string, salt: Buffer, tagBytes: number, cost: Argon2Parameters): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2(
      "argon2id",
      {
        message: Buffer.from(password, "utf8"),
        nonce: salt,
        parallelism: cost.parallelism,
        tagLength: tagBytes,
        memory: cost.memoryKiB,
        passes: cost.passes,
      },
      (error, tag) => {
        if (error === null) resolve(tag);
        else reject(error);
      },
    );
  });
}

/** Cost of one argon2id hash. */
export interface Argon2Parameters {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** A stored password hash, taken apart. */
export interface PasswordRecord extends Argon2Parameters {
  readonly salt: Buffer;
  readonly tag: Buffer;
}

const FORMAT =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d?),p=([1-9]\d?)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** A damaged record asking for more than this would take the machine's memory to verify one log-in. */
const MAX_MEMORY_KIB = 262_144;
const MAX_PASSES = 16;
const MAX_PARALLELISM = 16;

/**
 * Writes a record in the PHC string format, the way other argon2 libraries read it.
 * @see https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
 */
export function formatPhc(record: PasswordRecord): string {
  const cost = `m=${record.memoryKiB},t=${record.passes},p=${record.parallelism}`;
  return `$argon2id$v=19$${cost}$${unpadded(record.salt)}$${unpadded(record.tag)}`;
}

/** Reads a PHC string; `undefined` for anything damaged, of another algorithm or of unreasonable cost. */
export function parsePhc(text: string): PasswordRecord | undefined {
  const parts = FORMAT.exec(text);
  if (parts === null) return undefined;
  const [memoryKiB, passes, parallelism] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const salt = strictBase64(parts[4]);
  const tag = strictBase64(parts[5]);
  if (salt === undefined || tag === undefined) return undefined;
  // RFC 9106 section 3.1: at least 8 KiB for each lane.
  if (!(memoryKiB >= 8 * parallelism && memoryKiB <= MAX_MEMORY_KIB)) return undefined;
  if (!(passes <= MAX_PASSES && parallelism <= MAX_PARALLELISM)) return undefined;
  return { memoryKiB, passes, parallelism, salt, tag };
}

/** Buffer.from() ignores what is not base64, so two different texts would give the same bytes. */
function strictBase64(text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, "base64");
  return unpadded(bytes) === text ? bytes : undefined;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "");
}

import { createHmac, timingSafeEqual } from "node:crypto";
import { randomText } from "../internal/random.ts";

/** How long a device is known after its last login. */
export const DEVICE_SECONDS: number = 180 * 86_400;

const COOKIE = /^([A-Za-z0-9_-]{22})\.([0-9a-z]{1,9})\.([A-Za-z0-9_-]{43})$/;

/**
 * A value that says: from here somebody has logged in to this account before. Another account's says nothing.
 *
 * @see https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
 */
export function issueDevice(key: string, account: string, nowMs: number): string {
  const payload = `${randomText(16)}.${Math.floor(nowMs / 1000).toString(36)}`;
  return `${payload}.${sign(key, account, payload)}`;
}

/** @returns the device's own random id, or undefined when the value was not made here, for this account, in time */
export function verifyDevice(
  value: string | undefined,
  keys: readonly string[],
  account: string,
  nowMs: number,
): string | undefined {
  const match = COOKIE.exec(value ?? "");
  if (match === null) return undefined;
  const [, id = "", issued = "", signature = ""] = match;
  const ageSeconds = nowMs / 1000 - Number.parseInt(issued, 36);
  if (!(ageSeconds >= -60 && ageSeconds <= DEVICE_SECONDS)) return undefined;
  const given = Buffer.from(signature);
  const genuine = keys.some((key) =>
    timingSafeEqual(given, Buffer.from(sign(key, account, `${id}.${issued}`))),
  );
  return genuine ? id : undefined;
}

function sign(key: string, account: string, payload: string): string {
  return createHmac("sha256", key).update(`${payload}.${account}`).digest("base64url");
}

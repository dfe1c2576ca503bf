import { isPlainObject, nearestOf, unknownOption, wrongType } from "../internal/options.ts";

/** Features no page of an ordinary application needs; a page with an injected script should not have them either. */
const PERMISSIONS_OFF = [
  "accelerometer",
  "autoplay",
  "camera",
  "display-capture",
  "encrypted-media",
  "fullscreen",
  "geolocation",
  "gyroscope",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "picture-in-picture",
  "publickey-credentials-get",
  "screen-wake-lock",
  "usb",
  "web-share",
  "xr-spatial-tracking",
] as const;

/** Browsers know these as well; what is not allowed here is as their default says. */
const OTHERS = [
  "ambient-light-sensor",
  "battery",
  "bluetooth",
  "clipboard-read",
  "clipboard-write",
  "compute-pressure",
  "cross-origin-isolated",
  "digital-credentials-get",
  "gamepad",
  "hid",
  "identity-credentials-get",
  "idle-detection",
  "keyboard-map",
  "local-fonts",
  "otp-credentials",
  "publickey-credentials-create",
  "serial",
  "speaker-selection",
  "storage-access",
  "sync-xhr",
  "unload",
  "window-management",
] as const;

const KNOWN: readonly string[] = [...PERMISSIONS_OFF, ...OTHERS];

/** The value of Permissions-Policy: everything off but what is allowed for the application itself. */
export function buildPermissions(input: unknown, call: string): string {
  const allowed = input === undefined ? {} : input;
  if (!isPlainObject(allowed))
    throw wrongType(allowed, "an object of features", { call, path: "permissions" });
  for (const [feature, who] of Object.entries(allowed)) {
    const wellFormed = /^[a-z][a-z-]*$/.test(feature) && who === "self";
    if (!wellFormed) throw wrongType(who, '"self"', { call, path: `permissions.${feature.slice(0, 60)}` });
    if (isMisspelt(feature)) throw unknownOption(feature, KNOWN, { call, path: "permissions" });
  }
  const features = [...new Set([...PERMISSIONS_OFF, ...Object.keys(allowed)])];
  return features.map((feature) => `${feature}=${feature in allowed ? "(self)" : "()"}`).join(", ");
}

/** A feature nobody here has heard of may be new; one that is nearly known would stay off, without a word. */
function isMisspelt(feature: string): boolean {
  return !KNOWN.includes(feature) && nearestOf(feature, KNOWN) !== undefined;
}

const UNITS = ["bytes", "kB", "MB", "GB"] as const;
const STEP = 1024;

/** A size for reading, such as "640 bytes", "12 kB" or "4.8 MB". */
export function fileSize(bytes: number): string {
  const exponent = Math.min(Math.max(0, Math.floor(Math.log(bytes) / Math.log(STEP))), UNITS.length - 1);
  const value = bytes / STEP ** exponent;
  const digits = exponent === 0 || value >= 10 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[exponent] ?? "bytes"}`;
}

const UTC = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", dateStyle: "medium", timeStyle: "short" });

/** An instant for reading, such as "23 Nov 2026, 08:02 UTC". */
export function utc(ms: number): string {
  return `${UTC.format(ms)} UTC`;
}

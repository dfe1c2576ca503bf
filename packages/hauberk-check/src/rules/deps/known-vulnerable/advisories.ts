import { CLIENTS } from "./advisories/clients.ts";
import { DATA } from "./advisories/data.ts";
import { FORMATS } from "./advisories/formats.ts";
import { IDENTITY } from "./advisories/identity.ts";
import type { Table } from "./advisories/table.ts";
import { UTILITIES } from "./advisories/utilities.ts";
import { VIEWS } from "./advisories/views.ts";
import { WEB } from "./advisories/web.ts";
import type { Severity } from "../../rule.ts";
import { partsOf, type Part } from "./range.ts";

/** A published hole. */
export interface Advisory {
  readonly id: string;
  readonly severity: Severity;
  readonly parts: readonly Part[];
  readonly what: string;
}

/**
 * 2026-11-26: compared with records of the GitHub Advisory Database (to 2024-10) and with a public copy of them in Markdown
 * (to 2026-09). Not found in either: CVE-2016-1000237, CVE-2025-7338, the low rating of CVE-2024-43796, CVE-2024-43799 and
 * CVE-2024-43800 (medium in the copies of their first day), the first version of CVE-2020-8203, and the last one of
 * CVE-2021-32822 (the newest of its day). Where copies differ, the narrower range and the newer rating.
 */
export const TABLES: readonly Table[] = [WEB, VIEWS, DATA, IDENTITY, FORMATS, CLIENTS, UTILITIES];

const KNOWN = new Map<string, readonly Advisory[]>();

/** What is published about a package. */
export function advisoriesOf(name: string): readonly Advisory[] {
  let known = KNOWN.get(name);
  if (known === undefined) {
    const table = TABLES.find((one) => Object.hasOwn(one, name));
    const rows = table?.[name] ?? [];
    known = rows.map(([id, severity, range, what]) => ({ id, severity, parts: partsOf(range), what }));
    if (table !== undefined) KNOWN.set(name, known);
  }
  return known;
}

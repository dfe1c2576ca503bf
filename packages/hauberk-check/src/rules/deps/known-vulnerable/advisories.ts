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
 * 2026-11-26: read from records of the GitHub Advisory Database (copies of 2021 to 2026-09). Not found there, and kept
 * from what was known: CVE-2016-1000237, the ranges of CVE-2025-7338, CVE-2023-37466 and CVE-2023-37903, and the rating
 * of CVE-2024-43796, CVE-2024-43799 and CVE-2024-43800. Where two copies differ, the narrower range and the newer rating.
 */
export const TABLES: readonly Table[] = [WEB, VIEWS, DATA, IDENTITY, FORMATS, CLIENTS, UTILITIES];

/** What is published about a package. */
export function advisoriesOf(name: string): readonly Advisory[] {
  const table = TABLES.find((one) => Object.hasOwn(one, name));
  const rows = table?.[name] ?? [];
  return rows.map(([id, severity, range, what]) => ({ id, severity, parts: partsOf(range), what }));
}

import type { Severity } from "../../../rule.ts";

/**
 * Identifier, severity as the database rates it, range, what it is. A range is written as the database writes it: parts
 * with `||` between them. `<=` is the last version with the hole, where no fixed one is named; `*` are all that were ever published.
 */
type Row = readonly [id: string, severity: Severity, range: string, what: string];

export type Table = Readonly<Record<string, readonly Row[]>>;

import type { Severity } from "../../../rule.ts";

/**
 * Identifier, severity as the database rates it, range, what it is. A range is written as the database writes it: parts
 * with `||` between them. `<=` and `*` say that no fixed version was known.
 */
type Row = readonly [id: string, severity: Severity, range: string, what: string];

export type Table = Readonly<Record<string, readonly Row[]>>;

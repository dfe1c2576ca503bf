import { inProduction } from "../../model/alternatives.ts";
import { rootPackage, type Value } from "../../model/values.ts";

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
};

/** Bytes, as body-parser reads its limit; `undefined` when it is not set or not known. */
export function sizeOf(value: Value): number | undefined {
  const one = inProduction(value);
  if (rootPackage(one)?.name === "Infinity") return Infinity;
  if (one.k === "unknown" && one.why.includes("`Infinity`")) return Infinity;
  if (one.k !== "prim") return undefined;
  if (typeof one.v === "number") return one.v;
  if (typeof one.v !== "string") return undefined;
  const match = /^([\d.]+)\s*([kmgt]?b)?$/i.exec(one.v.trim());
  return match === null ? undefined : Number(match[1]) * (UNITS[(match[2] ?? "b").toLowerCase()] ?? 1);
}

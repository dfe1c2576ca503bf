/** One way to build the same small application; each runs in a server process of its own. */
export interface Variant {
  /** Starts to serve on this port of 127.0.0.1 and resolves once connections are accepted. */
  readonly start: (port: number) => Promise<void>;
}

/** Every variant, in the order of the tables. */
export const VARIANT_NAMES = ["bare", "hauberk-memory", "hauberk-sqlite", "hand-composed"] as const;
export type VariantName = (typeof VARIANT_NAMES)[number];

export function isVariantName(name: string): name is VariantName {
  return VARIANT_NAMES.some((known) => known === name);
}

/** What the tables call them. */
export const VARIANT_TITLES: Readonly<Record<VariantName, string>> = {
  bare: "bare Express",
  "hauberk-memory": "Hauberk, memory store",
  "hauberk-sqlite": "Hauberk, SQLite store",
  "hand-composed": "hand-composed stack",
};

/** Only the variant asked for is loaded, so that no process carries another one's modules. */
export function loadVariant(name: VariantName): Promise<Variant> {
  return LOADERS[name]();
}

const LOADERS: Readonly<Record<VariantName, () => Promise<Variant>>> = {
  bare: () => import("./bare.ts"),
  "hauberk-memory": () => import("./hauberk-memory.ts"),
  "hauberk-sqlite": () => import("./hauberk-sqlite.ts"),
  "hand-composed": () => import("./hand-composed.js"),
};

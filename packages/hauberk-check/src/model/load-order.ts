import { basename } from "../files/paths.ts";
import type { Module } from "./module.ts";

/** Every module before those it imports, as far as cycles allow. */
export function importersFirst(
  entries: readonly Module[],
  all: readonly Module[],
  imports: ReadonlyMap<Module, readonly Module[]>,
): readonly Module[] {
  const done = new Set<Module>();
  const order: Module[] = [];
  const visit = (module: Module): void => {
    if (done.has(module)) return;
    done.add(module);
    for (const one of imports.get(module) ?? []) visit(one);
    order.push(module);
  };
  for (const module of [...entries, ...all]) visit(module);
  return order.toReversed();
}

export function rank(path: string): number {
  const depth = path.split("/").length;
  return /^(?:server|app|index|main|www)\b/.test(basename(path)) ? depth : depth + 100;
}

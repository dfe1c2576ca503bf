import { relative, sep } from "node:path";
import type { Program } from "../model/program.ts";
import type { StackApp, StackFunction, StackLayer, StackPlace } from "./facts.ts";
import { SourceMaps } from "./source-maps.ts";

/**
 * Moves every place of a compiled app to the source it was compiled from. What no source map leads back stays where it is,
 * unless the source lens has read the project: then it is found by what it does.
 */
export function relocate(stack: StackApp, program: Program, root: string): StackApp {
  const maps = new SourceMaps();
  const known = new Set(program.modules.map((module) => module.path));
  const toSource = (place: StackPlace | undefined): StackPlace | undefined => {
    if (place === undefined || known.size === 0 || known.has(pathOf(place.file, root))) return place;
    const original = maps.original(place);
    if (original !== undefined) return original;
    return isBelow(place.file, root) && program.apps.length > 0 ? undefined : place;
  };
  return { ...stack, layers: stack.layers.map((layer) => moveLayer(layer, toSource)) };
}

type Move = (place: StackPlace | undefined) => StackPlace | undefined;

function moveLayer(layer: StackLayer, move: Move): StackLayer {
  return {
    ...layer,
    mount: move(layer.mount),
    functions: layer.functions.map((fn) => moveFunction(fn, move)),
    layers: layer.layers.map((one) => moveLayer(one, move)),
  };
}

function moveFunction(fn: StackFunction, move: Move): StackFunction {
  const inner = fn.inner.map((one) => moveFunction(one, move));
  // A package's own file tells which of its functions this is.
  return fn.package === undefined ? { ...fn, at: move(fn.at), inner } : { ...fn, inner };
}

const pathOf = (file: string, root: string): string => relative(root, file).split(sep).join("/");
const isBelow = (file: string, root: string): boolean => !pathOf(file, root).startsWith("..");

import type { StackLayer } from "../facts.ts";
import { describe } from "./measure.ts";
import { readFunction } from "./read-function.ts";
import type { Reader } from "./reader.ts";
import type { AppLike, LayerLike, RouteLike } from "./shapes.ts";

/** A route of Express 4 and 5: an entry of the stack with a stack of its own. */
export async function readRoute(reader: Reader, route: RouteLike, layer: LayerLike): Promise<StackLayer> {
  const handles = route.stack ?? [];
  const note = [layer, route, ...handles]
    .map((one) => reader.tracer.notes.get(one))
    .find((one) => one !== undefined);
  const methods = Object.keys(route.methods ?? {}).map((name) => (name === "_all" ? "all" : name));
  const functions = await Promise.all(
    handles.map(async (one, i) => readFunction(reader, one.handle, 0, i === handles.length - 1)),
  );
  return {
    kind: "route",
    path: describe(route.path),
    methods,
    functions,
    mount: note?.place,
    layers: [],
    settings: {},
  };
}

/** The routes of Express 3, which its router keeps by method. */
export async function readV3Routes(reader: Reader, app: AppLike): Promise<readonly StackLayer[]> {
  const routes = new Map<unknown, { route: RouteLike; methods: string[] }>();
  for (const [method, list] of Object.entries(app._router?.map ?? {})) {
    for (const route of list) {
      const same = [...routes.values()].find(
        (one) =>
          one.route.path === route.path &&
          reader.tracer.notes.get(one.route)?.place?.line === reader.tracer.notes.get(route)?.place?.line,
      );
      if (same === undefined) routes.set(route, { route, methods: [method] });
      else same.methods.push(method);
    }
  }
  return Promise.all(
    [...routes.values()].map(async ({ route, methods }): Promise<StackLayer> => {
      const handles = [route.callbacks].flat(9);
      const functions = await Promise.all(
        handles.map(async (one, i) => readFunction(reader, one, 0, i === handles.length - 1)),
      );
      return {
        kind: "route",
        path: describe(route.path),
        methods: methods.length > 6 ? ["all"] : methods,
        functions,
        mount: reader.tracer.notes.get(route)?.place,
        layers: [],
        settings: {},
      };
    }),
  );
}

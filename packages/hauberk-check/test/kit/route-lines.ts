import { viewsOf } from "../../src/engine/views.ts";
import { memoryFiles } from "../../src/files/project-files.ts";
import { printPath } from "../../src/model/path-patterns.ts";
import { Program } from "../../src/model/program.ts";
import { Project } from "../../src/model/project.ts";
import type { Report } from "../../src/report/finding.ts";

/** The routes of a project as `METHOD path: middleware, middleware`. */
export function routeLines(files: Readonly<Record<string, string>>): readonly string[] {
  const program = new Program(new Project(memoryFiles(new Map(Object.entries(files)))));
  return viewsOf(program).flatMap((view) =>
    view.endpoints.map((endpoint) => {
      const passed = view.steps
        .filter((step) => step.at < endpoint.at)
        .flatMap((step) => step.parts.map((part) => part.name || part.role));
      return `${endpoint.method} ${printPath(endpoint.paths)}: ${passed.join(", ")}`;
    }),
  );
}

/** The routes of all apps of a report with what each passes: `GET /cats KeyGuard express-rate-limit`. */
export const routesOf = ({ apps }: Report): readonly string[] =>
  apps.flatMap(({ routes }) =>
    routes.map(({ method, path, passes }) =>
      [method, path, ...passes.map(({ name, role }) => name || role)].join(" "),
    ),
  );

/** The same routes, each of which passes these first. */
export const behind = (routes: readonly string[], names: string): readonly string[] =>
  routes.map((one) => one.replace(/^(\S+ \S+)/, `$1 ${names}`));

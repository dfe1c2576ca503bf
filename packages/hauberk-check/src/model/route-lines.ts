import { viewsOf } from "../engine/views.ts";
import { memoryFiles } from "../files/project-files.ts";
import { printPath } from "./path-patterns.ts";
import { Program } from "./program.ts";
import { Project } from "./project.ts";

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

import { viewsOf } from "../../src/engine/views.ts";
import { memoryFiles } from "../../src/files/project-files.ts";
import { printPath } from "../../src/model/path-patterns.ts";
import { Program } from "../../src/model/program.ts";
import { Project } from "../../src/model/project.ts";

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

// `npm run stage:skeleton -- FOLDER`: the application alone, as a server or an image needs it. See lib/stage-skeleton.ts.
import { resolve } from "node:path";
import { exitWith, Failure } from "./lib/failure.mjs";
import { stageSkeleton } from "./lib/stage-skeleton.ts";

await exitWith(() => {
  const [folder] = process.argv.slice(2);
  if (folder === undefined)
    throw new Failure("FOLDER_MISSING", {
      what: "npm run stage:skeleton was not told where to put the application.",
      why: "there is no place for it that would be right for everybody.",
      fix: "name a folder that is not there yet: npm run stage:skeleton -- /opt/hauberk-skeleton",
    });
  // npm runs scripts in the repository's folder; INIT_CWD is where the user is.
  const directory = resolve(process.env["INIT_CWD"] ?? ".", folder);
  stageSkeleton(directory);
  process.stdout.write(
    `The application is in ${directory}; its packages: npm ci --omit=dev --ignore-scripts\n`,
  );
  return Promise.resolve(0);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { adviceFor, npmEnvironment } from "../lib/install.mjs";

test("keeps the user's npm settings and drops what npm start added", () => {
  const environment = {
    HOME: "/home/a",
    npm_config_cache: "/cache",
    npm_config_prefix: "/elsewhere",
    npm_config_local_prefix: "/elsewhere",
    npm_lifecycle_event: "start",
    npm_package_name: "hauberk-repository",
    npm_command: "start",
    INIT_CWD: "/elsewhere",
    PATH: "/repo/node_modules/.bin:/usr/bin:/repo/node_modules_of_mine/bin",
  };
  assert.deepEqual(npmEnvironment(environment, "/repo"), {
    HOME: "/home/a",
    npm_config_cache: "/cache",
    PATH: "/usr/bin:/repo/node_modules_of_mine/bin",
  });
});

const advice: readonly (readonly [output: string, want: RegExp])[] = [
  ["npm error code EACCES\nnpm error syscall mkdir", /owner of this folder/],
  ["npm error code ENOSPC", /disk space/],
  ["npm error request failed, reason: getaddrinfo EAI_AGAIN", /network/],
  [
    "npm error code EINTEGRITY\nnpm error `npm ci` can only install packages when ... in sync",
    /npm cache verify/,
  ],
  ["npm error something nobody foresaw", /npm's own output/],
];
for (const [output, want] of advice) {
  test(`advises on ${output.split("\n")[0]}`, () => assert.match(adviceFor(output), want));
}

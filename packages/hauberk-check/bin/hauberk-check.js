#!/usr/bin/env node
var version = process.versions.node.split(".").map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 18)) {
  console.error("hauberk-check needs Node.js 22.18 or newer; this is " + process.versions.node + ".");
  process.exitCode = 2;
} else {
  // The second run starts faster: what was compiled is kept in the temporary folder.
  import("node:module")
    .then(function (module) {
      module.enableCompileCache();
      return import("../dist/bundle/cli.js");
    })
    .catch(function (error) {
      console.error(error);
      process.exitCode = 3;
    });
}

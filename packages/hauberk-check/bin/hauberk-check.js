#!/usr/bin/env node
var version = process.versions.node.split(".").map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 18)) {
  console.error("hauberk-check needs Node.js 22.18 or newer; this is " + process.versions.node + ".");
  process.exitCode = 2;
} else {
  Promise.all([import("node:module"), import("node:v8")])
    .then(function (modules) {
      // A run ends before its code is hot: the compiler for warm code costs more than it gives, and functions that are
      // compiled when loaded go into the cache. An engine that does not know a flag would say so to the user.
      if (version[0] <= 24) {
        modules[1].setFlagsFromString("--no-maglev");
        modules[1].setFlagsFromString("--no-lazy");
      }
      // The second run starts faster: what was compiled is kept in the temporary folder.
      modules[0].enableCompileCache();
      return import("../dist/bundle/cli.js");
    })
    .catch(function (error) {
      console.error(error);
      process.exitCode = 3;
    });
}

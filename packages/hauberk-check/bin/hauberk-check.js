#!/usr/bin/env node
var version = process.versions.node.split(".").map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 18)) {
  console.error("hauberk-check needs Node.js 22.18 or newer; this is " + process.versions.node + ".");
  process.exitCode = 2;
} else {
  Promise.all([import("node:module"), import("node:v8"), import("node:os"), import("node:path")])
    .then(function (modules) {
      // A run ends before its code is hot: the compiler for warm code costs more than it gives, and functions that are
      // compiled when loaded go into the cache. An engine that does not know a flag would say so to the user.
      if (version[0] <= 24) {
        modules[1].setFlagsFromString("--no-maglev");
        modules[1].setFlagsFromString("--no-lazy");
      }
      // The second run starts faster. Not in the temporary folder: who else has an account here could put code there.
      var caches = [process.env.XDG_CACHE_HOME, modules[3].join(modules[2].homedir(), ".cache")];
      var folder = modules[3].join(caches.find(Boolean), "hauberk-check");
      modules[0].enableCompileCache([process.env.NODE_COMPILE_CACHE, folder].find(Boolean));
      return import("../dist/bundle/cli.js");
    })
    .catch(function (error) {
      console.error(error);
      process.exitCode = 3;
    });
}

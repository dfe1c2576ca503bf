#!/usr/bin/env node
var version = process.versions.node.split(".").map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 18)) {
  console.error("hauberk-check needs Node.js 22.18 or newer; this is " + process.versions.node + ".");
  process.exitCode = 2;
} else {
  var failed = function (error) {
    console.error(error);
    process.exitCode = 3;
  };
  try {
    require("../dist/bundle/start.cjs").start().catch(failed);
  } catch (error) {
    failed(error);
  }
}

import { baseOf, plainName } from "../../kit/base-image.ts";
import { isProductionDockerfile } from "../../kit/docker.ts";
import { ALL_EXPRESS, defineRule, type Rule } from "../../rule.ts";
import { endOf } from "./ends.ts";

export const rule: Rule = defineRule({
  id: "deps/runtime-eol",
  title: "The container's Node.js gets no security fixes",
  severity: "medium",
  confidence: "high",
  cwe: [1104],
  asvs: ["15.2.1"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Holes in the HTTP parser, in TLS and in the system's libraries are published, and stay open in this image however often it is built.",
  fix: "Build from a line of Node.js that is maintained, for example node:24, on a system that is.",
  doc: "What the last stage of a Dockerfile is made from. The dates are those of the [release schedule of Node.js](https://github.com/nodejs/Release).",
  file({ path, text, place, report }) {
    if (!isProductionDockerfile(path)) return;
    const base = baseOf(text);
    if (base?.image === undefined) return;
    const why = endOf(plainName(base.image), base.stages.map((one) => one.text).join("\n"));
    if (why !== undefined) report({ at: place(base.stage.start, base.stage.end), message: why });
  },
});

import { isPlatformFile } from "../../../files/kinds.ts";
import { allServicesOf } from "../../kit/compose-services.ts";
import { isCompose, isForDevelopment } from "../../kit/docker.ts";
import { ALL_EXPRESS, defineRule, type FileContext, type Rule, type Severity } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "process/container-rights",
  title: "The app's container has rights over the machine",
  severity: "high",
  confidence: "high",
  cwe: [250],
  asvs: ["13.2.2"],
  lenses: ["source"],
  express: ALL_EXPRESS,
  why: "Whoever finds one hole in the app leaves the container with it, and has the machine and every other container there.",
  fix: "Take the line out. What needs Docker's socket or a device goes into a service of its own, behind a proxy that allows a few calls.",
  doc: "Compose files that build the app and are no developer's, and the manifests of Kubernetes.",
  file(context) {
    for (const right of rightsIn(context)) {
      const { start, end, says, severity } = right;
      context.report({ at: context.place(start, end), severity, message: says });
    }
  },
});

interface Right {
  readonly start: number;
  readonly end: number;
  readonly says: string;
  readonly severity: Severity;
}

function rightsIn(context: FileContext): readonly Right[] {
  const { path, text } = context;
  if (isCompose(path)) {
    if (isForDevelopment(context)) return [];
    // A proxy or an updater from a registry is given Docker's socket on purpose; the app is what is built here.
    return allServicesOf(text)
      .filter((one) => /^[ \t]+build:/m.test(one.text))
      .flatMap((one) => given(one.text, one.start, COMPOSE, one.name));
  }
  const isApp = isPlatformFile(path) && /^kind:[ \t]*(?:Deployment|StatefulSet|Pod)[ \t]*\r?$/m.test(text);
  return isApp ? given(text, 0, KUBERNETES, "The pod") : [];
}

type Kind = readonly [pattern: RegExp, does: string, severity: Severity];

const COMPOSE: readonly Kind[] = [
  [/^[ \t]+privileged:[ \t]*["']?true\b/m, "is privileged", "high"],
  [/^[ \t]+-[ \t]*["']?(?:\/var)?\/run\/docker\.sock:/m, "is given Docker's socket", "high"],
  [/^[ \t]+-[ \t]*["']?\/:\//m, "is given the machine's disk", "high"],
  [/^[ \t]+pid:[ \t]*["']?host\b/m, "sees every process of the machine", "medium"],
  [
    /^[ \t]+-[ \t]*["']?(?:SYS_ADMIN|ALL|SYS_PTRACE|SYS_MODULE)["']?[ \t]*\r?$/m,
    "has more capabilities",
    "medium",
  ],
  [/^[ \t]+network_mode:[ \t]*["']?host\b/m, "has the machine's network, every port of it", "low"],
  [/^[ \t]+user:[ \t]*["']?(?:root|0)(?::|\b)/m, "runs as root", "medium"],
];

const KUBERNETES: readonly Kind[] = [
  [/^[ \t]+(?:-[ \t]+)?privileged:[ \t]*true\b/m, "is privileged", "high"],
  [
    /^[ \t]+(?:-[ \t]+)?path:[ \t]*["']?(?:\/var)?\/run\/(?:docker|containerd\/containerd)\.sock/m,
    "is given the socket of its runtime",
    "high",
  ],
  [/^[ \t]+hostPID:[ \t]*true\b/m, "sees every process of the machine", "medium"],
  [/^[ \t]+hostNetwork:[ \t]*true\b/m, "has the machine's network", "low"],
];

const DROPPED = /^[ \t]+cap_drop:/m;

function given(text: string, offset: number, kinds: readonly Kind[], who: string): readonly Right[] {
  return kinds.flatMap(([pattern, does, severity]) => {
    // `cap_drop: [ALL]` has the same words.
    if (does === "has more capabilities" && (DROPPED.test(text) || !/^[ \t]+cap_add:/m.test(text))) return [];
    const match = pattern.exec(text);
    if (match === null) return [];
    const start = offset + match.index + match[0].search(/\S/);
    return [
      { start, end: offset + match.index + match[0].trimEnd().length, says: `${who} ${does}.`, severity },
    ];
  });
}

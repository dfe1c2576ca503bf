/** When each line of Node.js had its last release; https://github.com/nodejs/Release (schedule.json), as of 2026-11. */
const NODE_ENDS: ReadonlyMap<number, string> = new Map([
  [4, "2018-04-30"],
  [5, "2016-06-30"],
  [6, "2019-04-30"],
  [7, "2017-06-30"],
  [8, "2019-12-31"],
  [9, "2018-06-30"],
  [10, "2021-04-30"],
  [11, "2019-06-01"],
  [12, "2022-04-30"],
  [13, "2020-06-01"],
  [14, "2023-04-30"],
  [15, "2021-06-01"],
  [16, "2023-09-11"],
  [17, "2022-06-01"],
  [18, "2025-04-30"],
  [19, "2023-06-01"],
  [20, "2026-04-30"],
  [21, "2024-06-01"],
  [23, "2025-06-01"],
]);

const CODE_NAMES: ReadonlyMap<string, number> = new Map([
  ["argon", 4],
  ["boron", 6],
  ["carbon", 8],
  ["dubnium", 10],
  ["erbium", 12],
  ["fermium", 14],
  ["gallium", 16],
  ["hydrogen", 18],
  ["iron", 20],
]);

/** `16` of `node:16.20-alpine`, `node:gallium` and `distroless/nodejs16-debian11`. */
function nodeIn(image: string): number | undefined {
  const found =
    /^(?:node|bitnami\/node|mhart\/alpine-node):v?(\d+|[a-z]+)/.exec(image) ??
    /distroless\/nodejs(?:-debian\d+)?:?(\d+)/.exec(image);
  const tag = found?.[1] ?? "";
  return /^\d/.test(tag) ? Number(tag) : CODE_NAMES.get(tag);
}

/** `18` of `curl https://deb.nodesource.com/setup_18.x | bash -`. */
const INSTALLED = /nodesource\.com\/(?:setup_(\d+)\.x|node_(\d+)\.x)/;

/** Releases that nobody mends any more; for Ubuntu, nobody without a subscription. */
const SYSTEMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^(?:debian|node|buildpack-deps):(?:[\w.]+-)*(?:wheezy|jessie|stretch|buster)(?:-|$)/, "This Debian"],
  [/^debian:(?:[789]|10)(?:[.-]|$)/, "This Debian"],
  [/^alpine:(?:2|3\.(?:\d|1\d))(?:\.|$)|^node:[\w.-]+-alpine3\.(?:\d|1\d)$/, "This Alpine"],
  [/^ubuntu:(?:1\d\.|20\.|trusty|xenial|bionic|focal)/, "This Ubuntu"],
  [/^centos(?::|$)/, "CentOS"],
];

/** Why an image gets no fixes: what stands in its name, else what is installed into it. */
export function endOf(image: string, text: string): string | undefined {
  const installed = INSTALLED.exec(text);
  const line = nodeIn(image) ?? (installed === null ? undefined : Number(installed[1] ?? installed[2]));
  const end = line === undefined ? undefined : NODE_ENDS.get(line);
  if (end !== undefined) return `Node.js ${String(line)} has had no security fixes since ${end}.`;
  const system = SYSTEMS.find(([pattern]) => pattern.test(image));
  return system === undefined ? undefined : `${system[1]} gets no security fixes any more.`;
}

/**
 * What keeps a host out of the browsers' list although its header asks for it, one sentence each. Pure.
 *
 * A warning and not a refusal: whether `example.com` itself answers is decided outside of this application.
 * @see https://hstspreload.org/#submission-requirements
 */
export function preloadProblems(origins: readonly string[]): readonly string[] {
  const secure = origins.filter((origin) => origin.startsWith("https:")).map((origin) => new URL(origin));
  if (secure.length === 0) return ["no origin is https, so the header is never sent."];
  const hosts = new Set(secure.map(({ hostname }) => hostname));
  return secure.flatMap(({ hostname, port }) => {
    if (/^\[|^[^.]+$|\.\d+$/.test(hostname))
      return [
        `${hostname} is no registered name; browsers keep HSTS for names alone, and the list takes no others.`,
      ];
    const listed = registrable(hostname);
    return [
      ...(port === "" ? [] : [`${hostname} is served on port ${port}; the list looks at port 443 only.`]),
      ...(hosts.has(listed)
        ? []
        : [`the list takes ${listed} and not ${hostname}; the header must come from there too.`]),
    ];
  });
}

/** The part of a name that is registered, by the common shapes: `example.com`, `example.co.uk`. */
function registrable(hostName: string): string {
  const labels = hostName.split(".");
  const [second = "", top = ""] = labels.slice(-2);
  const isTwoPart = top.length === 2 && /^(?:ac|co|com|edu|gov|net|or|org)$/.test(second);
  return labels.slice(isTwoPart ? -3 : -2).join(".");
}

/** Tells the operator once, at start. */
export function warnOfPreload(origins: readonly string[]): void {
  for (const problem of preloadProblems(origins))
    process.emitWarning(`HSTS preload is asked for, but ${problem}`, {
      type: "HauberkWarning",
      code: "HSTS_PRELOAD_UNMET",
    });
}

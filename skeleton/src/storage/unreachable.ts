import { SettingsError } from "../config/problem.ts";

/** A store on the network that does not answer at the start. Its address is shown, its password never. */
export function unreachable(
  setting: "DATABASE_URL" | "REDIS_URL",
  url: string,
  error: unknown,
): SettingsError {
  const { host } = new URL(url);
  return new SettingsError([
    {
      code: "STORE_UNREACHABLE",
      what: `${setting}: ${host} cannot be used: ${reasonOf(error)}.`,
      why: "sessions or data are kept there; without it every request would fail.",
      fix: "check the address, the password, the certificate and that the server runs.",
    },
  ]);
}

/** A refused connection to a name with two addresses has no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return "unknown reason";
  if (error.cause instanceof Error) return reasonOf(error.cause);
  const [line = ""] = error.message.split("\n");
  return line === "" ? error.name : line;
}

import { main } from "../../src/cli/main.ts";

/** What the command says and ends with; in this process, and to no terminal. */
export async function runCommand(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let out = "";
  let err = "";
  const code = await main(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isTty: false,
    env,
    version: "0.0.0",
  });
  return { code, out, err };
}

import { readOptions, readString, wrongType } from "../internal/options.ts";

export interface TlsOptions {
  /** PEM file with the certificate and its chain. Read before privileges are dropped. */
  readonly certFile: string;
  /** PEM file with the private key; may be readable by root only, but is then not reloaded after the drop. */
  readonly keyFile: string;
}

/** One pair of files, or several for several names; the first answers clients that name no host. */
export function parseTlsOptions(input: unknown, call: string): readonly TlsOptions[] {
  const path = "tls";
  if (!Array.isArray(input)) return [readFiles(input, call, path)];
  if (input.length === 0) throw wrongType(input, "at least one pair of certFile and keyFile", { call, path });
  return input.map((each: unknown, index) => readFiles(each, call, `${path}[${index}]`));
}

function readFiles(value: unknown, call: string, path: string): TlsOptions {
  const options = readOptions(value, ["certFile", "keyFile"], { call, path });
  return {
    certFile: readString(options["certFile"], { call, path: `${path}.certFile` }),
    keyFile: readString(options["keyFile"], { call, path: `${path}.keyFile` }),
  };
}

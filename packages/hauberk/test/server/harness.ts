import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { onSecurityEvent, type SecurityEvent } from "../../src/events/index.ts";
import { PATIENCE, SERVES_WHEN_BUSY } from "../../../../test/support/patience.ts";
import { buildHeaders } from "../../src/headers/build.ts";
import { startServer, type RunningServer } from "../../src/server/listen.ts";
import { parseListenOptions } from "../../src/server/options.ts";
import type { ServerSurroundings } from "../../src/server/assemble.ts";

/** What hauberk() would lend to the server. */
function surroundings(changes: Partial<ServerSurroundings> = {}): ServerSurroundings {
  return {
    headers: buildHeaders(undefined),
    trust: undefined,
    httpsHosts: [],
    sessionCookie: "__Host-sid",
    close: () => Promise.resolve(),
    ...changes,
  };
}

/** A server in this process on a free port, closed when the test ends. */
export async function open(
  t: TestContext,
  handler: RequestListener,
  options: Readonly<Record<string, unknown>> = {},
  around: Partial<ServerSurroundings> = {},
): Promise<RunningServer & { readonly port: number }> {
  const place = "socketPath" in options ? {} : { port: 0 };
  const asRoot = process.getuid?.() === 0 ? { insecureServeAsRoot: true } : {};
  const policy = parseListenOptions({
    ...SERVES_WHEN_BUSY,
    ...place,
    ...asRoot,
    handleSignals: false,
    ...options,
  });
  const server = await startServer(handler, policy, surroundings(around));
  // A test may want closing to fail.
  t.after(() => server.close().catch(() => undefined));
  return { ...server, port: server.address.port };
}

/** All security events until the test ends. */
export function recordEvents(t: TestContext): SecurityEvent[] {
  const events: SecurityEvent[] = [];
  t.after(onSecurityEvent((event) => events.push(event)));
  return events;
}

/** Sends text as it is and resolves with everything that comes back until the other side closes, or the time is up. */
export function talk(
  port: number,
  text: string,
  { from, waitMs = 30_000 }: { from?: string; waitMs?: number } = {},
): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    const socket = dial(port, from);
    const timer = setTimeout(() => socket.destroy(), waitMs);
    socket.on("data", (chunk) => (received += chunk.toString("latin1")));
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(received);
    });
    socket.write(text);
  });
}

/** A connection that swallows its errors; Linux lets every 127.x.y.z be an address of its own. */
export function dial(port: number, from = "127.0.0.1", { allowHalfOpen = false } = {}): Socket {
  const socket = connect({ port, host: "127.0.0.1", localAddress: from, allowHalfOpen });
  socket.on("error", () => undefined);
  return socket.resume();
}

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "hauberk-"));
  // Workers of a primary that was killed end a moment after it, and may write until then.
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  return folder;
}

/** A folder of the user that the application becomes. */
function folderFor(t: TestContext, user: unknown): string {
  const folder = temporaryFolder(t);
  if (user === "nobody") chownSync(folder, 65_534, 65_534);
  return folder;
}

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate and key of our own in two files. */
export function makeCertificate(
  folder: string,
  name: string,
  { hosts = [name], rsaBits }: { hosts?: readonly string[]; rsaBits?: number } = {},
): CertificateFiles {
  const [certFile, keyFile] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const kind = rsaBits === undefined ? ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] : [`rsa:${rsaBits}`];
  const names = hosts.map((host) => (/^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`)).join(",");
  const request = ["req", "-x509", "-newkey", ...kind, "-nodes", "-keyout", keyFile, "-out", certFile];
  const rest = ["-days", "30", "-subj", `/CN=${name}`, "-addext", `subjectAltName=${names}`];
  execFileSync("openssl", [...request, ...rest], { stdio: "ignore" });
  return { certFile, keyFile };
}

/** One that was good for the year 2020: only openssl's small CA lets dates be chosen. */
export function makeExpiredCertificate(folder: string, name: string): CertificateFiles {
  const { certFile, keyFile } = makeCertificate(folder, name);
  const config = `[ca]\ndefault_ca=d\n[d]\ndatabase=${folder}/index\nserial=${folder}/serial\nnew_certs_dir=${folder}\ndefault_md=sha256\npolicy=p\ncopy_extensions=copy\n[p]\ncommonName=supplied\n`;
  writeFileSync(join(folder, "ca.conf"), config);
  writeFileSync(join(folder, "index"), "");
  writeFileSync(join(folder, "serial"), "01");
  const csr = join(folder, "request");
  const san = `subjectAltName=DNS:${name}`;
  execFileSync("openssl", [
    "req",
    "-new",
    "-key",
    keyFile,
    "-out",
    csr,
    "-subj",
    `/CN=${name}`,
    "-addext",
    san,
  ]);
  const dates = ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"];
  const files = ["-config", join(folder, "ca.conf"), "-keyfile", keyFile, "-in", csr, "-out", certFile];
  execFileSync("openssl", ["ca", "-batch", "-selfsign", "-notext", ...dates, ...files], { stdio: "ignore" });
  return { certFile, keyFile };
}

export interface AppOptions {
  /** Options of `listen()`. */
  readonly listen: Readonly<Record<string, unknown>>;
  readonly origins?: readonly string[];
  readonly proxy?: unknown;
  /** A folder for what workers have to share; made where workers are asked for. */
  readonly folder?: string;
  /** How many requests an address may make an hour, all at once if it likes; no limit without it. */
  readonly limit?: number;
  /** Lifetimes of sessions. */
  readonly lifetimes?: { readonly idleSeconds: number; readonly absoluteSeconds: number };
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly stdout: string;
  readonly afterMs: number;
}

export interface RunningApp {
  readonly child: ChildProcess;
  /** The first line on standard output: `listening <url>`. Rejects when the process ends before. */
  readonly listening: Promise<string>;
  readonly ended: Promise<Ended>;
  readonly output: () => string;
  /**
   * Resolves as soon as the text is on standard output, so many times. Rejects when the process ends before, or when it
   * takes longer than any machine is busy.
   */
  readonly says: (text: string, times?: number) => Promise<void>;
}

export const APP: string = join(import.meta.dirname, "app.ts");

/**
 * The test application in a process of its own. `wrapper` goes before node: setpriv, authbind, systemd-socket-activate.
 * `file` is the application as something else than its sources.
 */
export function startApp(
  t: TestContext,
  options: AppOptions,
  {
    wrapper = [],
    env = {},
    nodeFlags = [],
    file: app = APP,
  }: {
    wrapper?: readonly string[];
    env?: Record<string, string>;
    nodeFlags?: readonly string[];
    file?: string;
  } = {},
): RunningApp {
  const startedAt = performance.now();
  // Before that of the folder: an application that still runs fills it again.
  t.after(() => child.kill("SIGKILL"));
  const shared = "workers" in options.listen ? { folder: folderFor(t, options.listen["user"]) } : {};
  const command = [
    ...wrapper,
    process.execPath,
    "--conditions=source",
    ...nodeFlags,
    app,
    JSON.stringify({ ...shared, ...options }),
  ];
  const [file = "", ...parameters] = command;
  const child = spawn(file, parameters, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let [stdout, stderr] = ["", ""];
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) =>
      resolve({ code, signal, stderr, stdout, afterMs: performance.now() - startedAt }),
    );
  });
  const listening = new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      const url = /^listening (\S+)/m.exec(stdout)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once("close", () => reject(new Error(`ended before it listened: ${stderr}`)));
  });
  listening.catch(() => undefined);
  const says = (text: string, times = 1): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => void (stdout.split(text).length > times && resolve());
      const giveUp = (why: string) => (): void =>
        reject(new Error(`${why} before it said "${text}" ${times} times: ${stdout}${stderr}`));
      setTimeout(giveUp("a minute went by"), PATIENCE.timeout).unref();
      child.stdout.on("data", look);
      child.once("close", giveUp("ended"));
      look();
    });
  return { child, listening, ended, output: () => stdout, says };
}

/** True when nobody accepts there any more. */
export function isClosed(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", () => resolve(true));
  });
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

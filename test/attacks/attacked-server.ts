import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { createCertificate } from "../support/certificate.ts";
import { assertHeaderSet } from "../support/header-set.ts";
import { type Exchange, exchange } from "../support/raw-client.ts";
import type { RawAnswer } from "../support/answers.ts";
import { fileOf } from "../support/run-child.ts";
import { scratchFolder } from "../support/scratch.ts";
import { startServer, type ServerProcess } from "../support/server-process.ts";

/** The attacked application, running for the length of one test file. */
export interface AttackedServer extends ServerProcess {
  /** The Host header line of a well-behaved client. */
  readonly hostLine: string;
  readonly send: (bytes: string | Buffer) => Promise<Exchange>;
}

export async function startAttackedServer(): Promise<AttackedServer> {
  return start({});
}

/** The same over TLS, under a certificate of its own. */
export async function startSecureAttackedServer(): Promise<AttackedServer> {
  const folder = scratchFolder({ after });
  const { cert, key } = createCertificate(["localhost"]);
  const env = { TLS_CERT: join(folder, "cert.pem"), TLS_KEY: join(folder, "key.pem") };
  writeFileSync(env.TLS_CERT, cert);
  writeFileSync(env.TLS_KEY, key);
  return start(env);
}

async function start(env: NodeJS.ProcessEnv): Promise<AttackedServer> {
  const server = await startServer({ after }, fileOf("../apps/attacked.ts", import.meta.url), { env });
  const tls = "TLS_CERT" in env;
  return {
    ...server,
    hostLine: `Host: 127.0.0.1:${server.port}`,
    send: (bytes) => exchange(bytes, { port: server.port, tls }),
  };
}

/**
 * Fails unless the attack got exactly one refusal, with the whole header set and nothing of the inside in it,
 * and the server still serves. Returns the refusal.
 */
export async function assertRefused(server: AttackedServer, { answers, rest }: Exchange): Promise<RawAnswer> {
  const [answer, ...more] = answers.filter(({ status }) => status >= 200);
  assert.ok(answer, `no answer, but ${JSON.stringify(rest)}`);
  assert.deepEqual(more, [], "one request must not have two answers");
  assert.equal(rest, "", "bytes behind the answer");
  assert.ok(isRefusal(answer.status), `the answer is ${answer.statusLine}`);
  assertHeaderSet((name) => answer.headers.get(name)?.join(", "), answer.status);
  assertNeutral(answer.body);
  await assertServing(server);
  return answer;
}

/** Fails unless the process that was started still answers the next visitor. */
export async function assertServing(server: AttackedServer): Promise<void> {
  const { answers } = await server.send(`GET / HTTP/1.1\r\n${server.hostLine}\r\nConnection: close\r\n\r\n`);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200],
  );
  assert.ok(server.isAlive(), "the process ended");
}

/** A client error, or one of the two server errors that say the request asked for what no server has. */
function isRefusal(status: number): boolean {
  return (status >= 400 && status < 500) || status === 501 || status === 505;
}

/** No stack, no path, no name of a part. */
function assertNeutral(body: string): void {
  assert.doesNotMatch(body, /\bat .+:\d+:\d+|node_modules|node:internal|\.ts\b|HPE_|Error:/);
}

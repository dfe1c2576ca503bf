import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import type { MessageClasses } from "../internal/messages.ts";
import type { Connections } from "./connections.ts";
import type { ListenPolicy } from "./options.ts";
import { answerParserErrors, MAX_HEADERS, refuseManyHeaders, refuseOddFraming } from "./parser-errors.ts";
import type { Dress } from "./raw-answer.ts";
import { ticketOptions, type SecureMaterial } from "./secure-server.ts";
import { secureContextOptions } from "./tls.ts";
import { isUnixSocket } from "./url.ts";

/** What both kinds of server are made with. */
export interface Equipment {
  readonly policy: ListenPolicy;
  readonly connections: Connections;
  readonly dress: Dress;
  readonly messages: MessageClasses | undefined;
}

/** A plain server with every limit set and nobody listening yet. */
export function createPlainServer(handler: RequestListener, equipment: Equipment): Server {
  return equip(createHttpServer(optionsOf(equipment)), handler, equipment);
}

/** The same over TLS. */
export function createTlsServer(
  handler: RequestListener,
  equipment: Equipment,
  material: SecureMaterial,
): HttpsServer {
  const server = createHttpsServer({
    ...optionsOf(equipment),
    ...secureContextOptions(material.first),
    ...ticketOptions(material.ticketKeys),
    ALPNProtocols: ["http/1.1"],
    handshakeTimeout: equipment.policy.headersTimeoutMs,
    SNICallback: (name, done) => done(null, material.names.find(name)),
  });
  equip(server, handler, equipment);
  return server;
}

function optionsOf({ policy, messages }: Equipment) {
  return {
    ...messages,
    headersTimeout: policy.headersTimeoutMs,
    requestTimeout: policy.requestTimeoutMs,
    keepAliveTimeout: policy.keepAliveTimeoutMs,
    connectionsCheckingInterval: 1000,
    maxHeaderSize: policy.maxHeaderBytes,
    // The pipeline refuses it itself, with the header set on the answer.
    requireHostHeader: false,
    insecureHTTPParser: false,
  } as const;
}

function equip(server: Server, handler: RequestListener, equipment: Equipment): Server {
  const { policy, connections, dress } = equipment;
  server.maxHeadersCount = MAX_HEADERS;
  server.timeout = policy.silenceTimeoutMs;
  let local = false;
  server.once("listening", () => (local = isUnixSocket(server)));
  connections.watch(server, () => local);
  answerParserErrors(server, connections, dress);
  server.on("request", refuseManyHeaders(refuseOddFraming(handler, dress), dress));
  return server;
}

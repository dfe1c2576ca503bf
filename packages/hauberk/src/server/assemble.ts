import type { RequestListener, Server } from "node:http";
import type { HeaderPolicy } from "../headers/build.ts";
import type { MessageClasses } from "../internal/messages.ts";
import type { TrustPeer } from "../origin/options.ts";
import { answerChallenges } from "./acme.ts";
import { Connections } from "./connections.ts";
import { createPlainServer, createTlsServer, type Equipment } from "./create.ts";
import type { ListenPolicy } from "./options.ts";
import { shedLoad, watchDelay } from "./overload.ts";
import type { Place } from "./place.ts";
import type { Dress } from "./raw-answer.ts";
import { reloadCertificates } from "./reload.ts";
import { SecureServer } from "./secure-server.ts";
import { ServerNames } from "./server-names.ts";
import { newTicketKeys, rotateTicketKeys } from "./ticket-keys.ts";
import type { Certificate } from "./tls.ts";

/** What the rest of the toolkit lends to the server. */
export interface ServerSurroundings {
  readonly headers: HeaderPolicy;
  readonly trust: TrustPeer | undefined;
  /** Hosts of the https origins, which the certificates have to cover. */
  readonly httpsHosts: readonly string[];
  readonly sessionCookie: string;
  /** The app's own kinds of request and response; Node's when left out. */
  readonly messages?: MessageClasses;
  /** Ends what the pipeline keeps open: the session store and its sweeper. */
  readonly close: () => Promise<void>;
}

/** The servers of one `listen()`, put together and not yet bound. The first is the one that was asked for. */
export interface Assembly {
  readonly listeners: readonly { readonly server: Server; readonly place: Place }[];
  readonly connections: Connections;
  /** Gives new connections other certificates; does nothing without TLS. */
  readonly useCertificates: (certificates: readonly Certificate[]) => void;
  /** The same for the keys of session tickets. */
  readonly useTicketKeys: (keys: string) => void;
  /** Ends its timers and signal handlers. */
  readonly stop: () => void;
}

/** What connections are encrypted with; no certificate at all is plain http. */
export interface TlsMaterial {
  readonly certificates: readonly Certificate[];
  /** Those of the primary; without them the server makes its own. */
  readonly ticketKeys?: string;
}

export function assemble(
  handler: RequestListener,
  policy: ListenPolicy,
  around: ServerSurroundings,
  { certificates, ticketKeys }: TlsMaterial,
): Assembly {
  const connections = new Connections(policy, around.trust);
  const stops: (() => void)[] = [];
  const dress = (scheme: Dress["scheme"]): Dress => ({ headers: around.headers, scheme });
  const equipment = (scheme: Dress["scheme"]): Equipment => ({
    policy,
    connections,
    dress: dress(scheme),
    messages: around.messages,
  });
  const shedding = (scheme: Dress["scheme"]): RequestListener => {
    if (policy.overload === undefined) return handler;
    const delay = watchDelay();
    stops.push(delay.stop);
    const { sessionCookie } = around;
    return shedLoad(handler, policy.overload, { connections, dress: dress(scheme), sessionCookie }, delay);
  };
  let secure: SecureServer | undefined;
  const listeners = [{ server: main(), place: policy.place }, ...plain()];
  return {
    listeners,
    connections,
    useCertificates: (renewed) => secure?.useCertificates(renewed),
    useTicketKeys: (keys) => secure?.useTicketKeys(keys),
    stop: () => stops.forEach((stop) => stop()),
  };

  function main(): Server {
    const [first] = certificates;
    if (first === undefined || policy.tls === undefined)
      return createPlainServer(shedding("http"), equipment("http"));
    const names = new ServerNames();
    names.replace(certificates);
    const material = { first, names, ticketKeys: ticketKeys ?? newTicketKeys() };
    const server = createTlsServer(shedding("https"), equipment("https"), material);
    const tls = new SecureServer(server, material);
    secure = tls;
    // A worker cannot read the key any more, and has to have the same ticket keys as the others: its primary sends both.
    if (policy.workers !== undefined) return server;
    stops.push(rotateTicketKeys((keys) => tls.useTicketKeys(keys)));
    const renew = (renewed: readonly Certificate[]): void => tls.useCertificates(renewed);
    stops.push(reloadCertificates(policy.tls, renew, { onHangUp: policy.handleSignals }));
    return server;
  }

  function plain(): Assembly["listeners"] {
    if (policy.plainHttp === undefined) return [];
    const { place, acmeFolder } = policy.plainHttp;
    const redirect = shedding("http");
    const answer =
      acmeFolder === undefined ? redirect : answerChallenges(redirect, acmeFolder, dress("http"));
    return [{ server: createPlainServer(answer, equipment("http")), place }];
  }
}

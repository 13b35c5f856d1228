import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Exchange, Fault } from './fault.ts';
import { type FaultCounts, type FaultDocument, FaultTraffic, type ReceivedRequest } from './fault-traffic.ts';
import type { TlsIdentity } from './options.ts';

/** The place of metadata: a name, before or after the path of the issuer. */
type MetadataPlace = 'openid' | 'oauth' | 'openid-before-path' | 'oauth-after-path';

/** Options of the server; every member has a default. */
export interface FaultServerOptions {
  /** Path of the issuer; none by default. */
  readonly path?: string;
  /** Serves https with this identity instead of http. */
  readonly tls?: TlsIdentity;
  /**
   * The place of the metadata: `openid` (default) after the path of the issuer as in OpenID Connect Discovery, or `oauth`
   * before it as in RFC 8414; or the one name at the other place.
   */
  readonly metadata?: MetadataPlace;
  /** The host in the issuer and in `jwks_uri`; 127.0.0.1 by default. */
  readonly host?: string;
}

/**
 * A fake issuer on a loopback socket that fails on demand. It serves metadata and a key set, and signs nothing.
 *
 * Each member of `faults` is one way to fail: `fail('keys', faults.status(500), 3)` answers three requests so.
 */
export class FaultServer {
  readonly issuer: string;
  readonly origin: string;
  readonly port: number;
  /** Headers of every successful answer, such as `cache-control`. */
  headers: Record<string, string> = {};
  /** Whether successful answers have an ETag, and a matching `If-None-Match` is answered with 304. */
  hasEtags = true;
  /** Path of the key set. */
  keysPath = '/keys';
  /** The status at any other path. */
  missingStatus: 404 | 410 = 404;
  readonly #server: Server;
  readonly #traffic: FaultTraffic;
  readonly #metadataPath: string;
  readonly #faults: Map<FaultDocument, { readonly fault: Fault; left: number }> = new Map();
  #keySet = '{"keys":[]}';
  #metadata: Readonly<Record<string, unknown>> = {};

  constructor(server: Server, traffic: FaultTraffic, options: FaultServerOptions) {
    const { path = '', tls, metadata = 'openid', host = '127.0.0.1' } = options;
    this.#server = server;
    this.#traffic = traffic;
    this.port = (server.address() as AddressInfo).port;
    this.origin = `${tls === undefined ? 'http' : 'https'}://${host}:${this.port}`;
    this.issuer = `${this.origin}${path}`;
    this.#metadataPath = metadataPaths(path)[metadata];
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.#receive(request, response));
  }

  /** The URL of the key set, as in the metadata. */
  get jwksUri(): string {
    return `${this.origin}${this.keysPath}`;
  }

  /** A copy of the counts of connections and requests. */
  get counts(): FaultCounts {
    return { ...this.#traffic.tally };
  }

  /** The requests since the start, or since the counts were reset. */
  get requests(): readonly ReceivedRequest[] {
    return this.#traffic.requests;
  }

  get openConnections(): number {
    return this.#traffic.sockets.size;
  }

  /** Replaces the key set, verbatim if it is text. */
  publish(keySet: { readonly keys: readonly object[] } | string): void {
    this.#keySet = typeof keySet === 'string' ? keySet : JSON.stringify(keySet);
  }

  /** Replaces members of the metadata. */
  announce(metadata: Readonly<Record<string, unknown>>): void {
    this.#metadata = metadata;
  }

  /** Answers the next requests for a document, or for anything else, with a fault; all of them unless `times` says how many. */
  fail(document: FaultDocument, fault: Fault, times: number = Number.POSITIVE_INFINITY): void {
    this.#faults.set(document, { fault, left: times });
  }

  /** Removes all faults. */
  heal(): void {
    this.#faults.clear();
  }

  /** Resets the counts. */
  resetCounts(): void {
    this.#traffic.reset();
  }

  /** Destroys the open connections, as a load balancer does. */
  dropConnections(): void {
    for (const socket of this.#traffic.sockets) socket.destroy();
  }

  /** Stops: refuses connections and destroys the open ones, as in an outage. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.dropConnections();
    await closed;
  }

  /** Starts again on the same port. */
  async start(): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  #documentAt(url: string): FaultDocument {
    if (url === this.#metadataPath) return 'metadata';
    return url === this.keysPath ? 'keys' : 'other';
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const { url = '', socket, headers } = request;
    const document = this.#documentAt(url);
    const requestsOnSocket = this.#traffic.requestReceived(socket, { document, url, headers });
    const body = this.#bodyOf(document);
    const serve = (): void => {
      if (document === 'other')
        response.writeHead(this.missingStatus, { 'content-type': 'application/json' }).end(body);
      else this.#serve(request, response, body);
    };
    const exchange: Exchange = { request, response, socket, requestsOnSocket, body, serve };
    void this.#takeFault(document)(exchange);
  }

  #bodyOf(document: FaultDocument): string {
    if (document === 'other') return '{"error":"not_found"}';
    return document === 'keys' ? this.#keySet : JSON.stringify(this.#describe());
  }

  #takeFault(document: FaultDocument): Fault {
    const entry = this.#faults.get(document);
    if (entry === undefined || entry.left <= 0) return ({ serve }) => serve();
    entry.left -= 1;
    return entry.fault;
  }

  #describe(): Record<string, unknown> {
    return { issuer: this.issuer, jwks_uri: this.jwksUri, ...this.#metadata };
  }

  #serve(request: IncomingMessage, response: ServerResponse, body: string): void {
    const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
    const headers = { ...this.headers, ...(this.hasEtags ? { etag } : {}) };
    if (this.hasEtags && request.headers['if-none-match'] === etag) {
      this.#traffic.tally.notModified += 1;
      response.writeHead(304, headers).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
  }
}

function metadataPaths(path: string): Readonly<Record<MetadataPlace, string>> {
  return {
    openid: `${path}/.well-known/openid-configuration`,
    oauth: `/.well-known/oauth-authorization-server${path}`,
    'openid-before-path': `/.well-known/openid-configuration${path}`,
    'oauth-after-path': `${path}/.well-known/oauth-authorization-server`,
  };
}

function createServer(tls: TlsIdentity | undefined, traffic: FaultTraffic): Server {
  if (tls === undefined) return createHttpServer();
  const server = createHttpsServer({ key: tls.key, cert: tls.cert });
  server.on('secureConnection', () => {
    traffic.tally.tlsHandshakes += 1;
  });
  return server;
}

/** Starts a fault server on a free loopback port. */
export async function startFaultServer(options: FaultServerOptions = {}): Promise<FaultServer> {
  const traffic = new FaultTraffic();
  const server = createServer(options.tls, traffic);
  // Idle connections stay open until a test or the client closes them.
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket: Socket) => traffic.connectionOpened(socket));
  server.on('clientError', (_error, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new FaultServer(server, traffic, options);
}

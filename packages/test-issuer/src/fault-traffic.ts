import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

/** The documents of an issuer, and everything else. */
export type FaultDocument = 'metadata' | 'keys' | 'other';

/** Counts of connections, requests and answers. */
export interface FaultCounts {
  readonly connections: number;
  readonly tlsHandshakes: number;
  readonly metadata: number;
  readonly keys: number;
  /** Requests for anything else. */
  readonly other: number;
  /** Answers with 304. */
  readonly notModified: number;
}

/** A received request. */
export interface ReceivedRequest {
  readonly document: FaultDocument;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

type Tally = { -readonly [Name in keyof FaultCounts]: number };

/** Counts connections and requests, and tracks the open connections. */
export class FaultTraffic {
  readonly sockets: Set<Socket> = new Set();
  requests: ReceivedRequest[] = [];
  readonly tally: Tally = { connections: 0, tlsHandshakes: 0, metadata: 0, keys: 0, other: 0, notModified: 0 };
  readonly #requestsOn: WeakMap<Socket, number> = new WeakMap();

  connectionOpened(socket: Socket): void {
    this.tally.connections += 1;
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
  }

  /** Returns the number of requests on this connection, this one included. */
  requestReceived(socket: Socket, request: ReceivedRequest): number {
    const count = (this.#requestsOn.get(socket) ?? 0) + 1;
    this.#requestsOn.set(socket, count);
    this.tally[request.document] += 1;
    this.requests.push(request);
    return count;
  }

  reset(): void {
    this.requests = [];
    for (const name of Object.keys(this.tally) as (keyof Tally)[]) this.tally[name] = 0;
  }
}

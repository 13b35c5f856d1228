import type { Socket } from 'node:net';

/** The traffic of an authorization server since its start, or since the counts were reset. */
export interface TrafficCounts {
  /** Requests for metadata, at any well-known path, whatever the answer. */
  readonly discovery: number;
  /** Requests for the key set. */
  readonly keys: number;
  /** Requests to the token endpoint. */
  readonly token: number;
  /** Opened sockets, except those whose first request was for a token. */
  readonly connections: number;
  /** Completed TLS handshakes, with the same exception; 0 over http. */
  readonly tlsHandshakes: number;
}

/** The target of a request. */
export type Target = 'discovery' | 'keys' | 'token' | 'other';

type Tally = { -readonly [Name in keyof TrafficCounts]: number };

function emptyTally(): Tally {
  return { discovery: 0, keys: 0, token: 0, connections: 0, tlsHandshakes: 0 };
}

/** Counts connections and requests. */
export class TrafficCounter {
  #tally: Tally = emptyTally();
  // Connections without a request so far, by remote port: the TLS socket and the plain one below it share that.
  readonly #unused: Map<number | undefined, { readonly tally: Tally; handshakes: number }> = new Map();

  /** Returns a copy of the counts. */
  counts(): TrafficCounts {
    return { ...this.#tally };
  }

  reset(): void {
    this.#tally = emptyTally();
  }

  connectionOpened(socket: Socket): void {
    const { remotePort } = socket;
    this.#tally.connections += 1;
    this.#unused.set(remotePort, { tally: this.#tally, handshakes: 0 });
    socket.once('close', () => this.#unused.delete(remotePort));
  }

  handshakeCompleted({ remotePort }: Socket): void {
    this.#tally.tlsHandshakes += 1;
    const connection = this.#unused.get(remotePort);
    if (connection !== undefined) connection.handshakes = 1;
  }

  requestReceived({ remotePort }: Socket, target: Target): void {
    const connection = this.#unused.get(remotePort);
    this.#unused.delete(remotePort);
    if (target === 'token' && connection !== undefined) {
      connection.tally.connections -= 1;
      connection.tally.tlsHandshakes -= connection.handshakes;
    }
    if (target !== 'other') this.#tally[target] += 1;
  }
}

import type { Socket } from 'node:net';

/** What reached the authorization server since it started or since the counts were reset. */
export interface TrafficCounts {
  /** Requests for metadata, at any of its locations, answered or refused. */
  readonly discovery: number;
  /** Requests for the key set. */
  readonly keys: number;
  /** Requests to the token endpoint. */
  readonly token: number;
  /** Sockets opened, but for those whose first request asked for a token. */
  readonly connections: number;
  /** TLS handshakes completed, with the same exception; always 0 over http. */
  readonly tlsHandshakes: number;
}

/** What a request asks for. */
export type Target = 'discovery' | 'keys' | 'token' | 'other';

/** Counts what reaches a server. */
export interface Traffic {
  counts(): TrafficCounts;
  reset(): void;
  opened(socket: Socket): void;
  secured(socket: Socket): void;
  requested(socket: Socket, target: Target): void;
}

type Tally = { -readonly [Name in keyof TrafficCounts]: number };

function emptyTally(): Tally {
  return { discovery: 0, keys: 0, token: 0, connections: 0, tlsHandshakes: 0 };
}

/** Makes a counter. A TLS socket and the plain one below it share their remote port, which stands for the connection. */
export function createTraffic(): Traffic {
  let tally = emptyTally();
  const silent = new Map<number | undefined, { tally: Tally; handshakes: number }>();
  return {
    counts: () => ({ ...tally }),
    reset: () => {
      tally = emptyTally();
    },
    opened: (socket) => {
      const port = socket.remotePort;
      tally.connections += 1;
      silent.set(port, { tally, handshakes: 0 });
      socket.once('close', () => silent.delete(port));
    },
    secured: (socket) => {
      tally.tlsHandshakes += 1;
      const opening = silent.get(socket.remotePort);
      if (opening !== undefined) silent.set(socket.remotePort, { tally: opening.tally, handshakes: 1 });
    },
    requested: (socket, target) => {
      const opening = silent.get(socket.remotePort);
      silent.delete(socket.remotePort);
      if (target === 'token' && opening !== undefined) {
        opening.tally.connections -= 1;
        opening.tally.tlsHandshakes -= opening.handshakes;
      }
      if (target !== 'other') tally[target] += 1;
    },
  };
}

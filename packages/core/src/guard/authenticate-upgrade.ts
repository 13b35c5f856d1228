import type { Challenge } from '../request/challenge.ts';
import { fromNodeRequest } from '../request/node-request-like.ts';
import type { NodeRequest } from '../request/request.ts';
import type { Requirements } from '../requirements.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import type { GrantedResult, Verifier } from '../verifier.ts';

/** The part of the socket that is used. The socket of the event `upgrade` fits. */
export interface UpgradeSocket {
  readonly destroyed: boolean;
  on(event: 'error' | 'finish', listener: () => void): unknown;
  end(text: string): unknown;
  destroy(): unknown;
}

/** The result for an upgrade that is granted access. */
export type GrantedUpgrade = GrantedResult<VerifiedToken> | GrantedResult<null>;

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/**
 * Authenticates a request to upgrade a connection, such as the handshake of a WebSocket. Node.js emits it as `upgrade`,
 * which no middleware of Express or Koa receives. A denied request is answered on the socket, with the same status,
 * headers and body as any other.
 *
 * A browser cannot set `Authorization` for a WebSocket: set `getToken` of the verifier to read the token from elsewhere,
 * such as a subprotocol.
 *
 * @param requirements - The requirements of the connection. Without them, the request must have a valid token, unless the
 * verifier is `optional`.
 * @returns The result; undefined if the request was answered, or if the client has disconnected.
 * @throws ConfigurationError if `requirements` are wrong. Errors of `validate`, `getToken` and a `claims` predicate also
 * reject, after the request was answered with 500.
 *
 * @example
 * ```ts
 * import type { IncomingMessage, Server } from 'node:http';
 * import type { Duplex } from 'node:stream';
 * import { authenticateUpgrade, type VerifiedToken, type Verifier } from '@verifier/core';
 *
 * type Accept = (request: IncomingMessage, socket: Duplex, head: Buffer, auth: VerifiedToken | null) => void;
 *
 * export function guardUpgrades(server: Server, verifier: Verifier, accept: Accept): void {
 *   server.on('upgrade', async (request, socket, head) => {
 *     const granted = await authenticateUpgrade(verifier, request, socket, { scope: 'orders:read' });
 *     if (granted !== undefined) accept(request, socket, head, granted.auth);
 *   });
 * }
 * ```
 */
export async function authenticateUpgrade(
  verifier: Verifier,
  request: NodeRequest,
  socket: UpgradeSocket,
  requirements?: Requirements,
): Promise<GrantedUpgrade | undefined> {
  // Node.js removes its own listener before `upgrade`: without one, a client that disconnects stops the process.
  socket.on('error', () => socket.destroy());
  try {
    const result = await verifier.authenticate(fromNodeRequest(request), requirements);
    if (!result.ok) answer(socket, verifier.challenge(result.error, requirements));
    else if (!socket.destroyed) return result;
    return undefined;
  } catch (error) {
    answer(socket, { status: 500, headers: { 'Cache-Control': 'no-store' }, body: '' });
    throw error;
  }
}

type Answer = Omit<Challenge, 'status'> & { readonly status: number };

function answer(socket: UpgradeSocket, { status, headers, body }: Answer): void {
  // The body consists of ASCII characters, so that its length in characters is the one in bytes.
  const all = { ...headers, 'Content-Length': body.length, Connection: 'close' };
  const fields = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${reasons[status] ?? ''}\r\n${fields.join('')}\r\n${body}`);
}

import { fromNodeRequest, type NodeRequest } from '@verifier/core';

const subprotocolHeader = 'sec-websocket-protocol';

/**
 * Reads a token from the subprotocols of an upgrade request. A browser cannot send `Authorization` with a WebSocket, but
 * subprotocols: `new WebSocket(url, ['orders.v1', 'bearer.' + token])`. Name a real subprotocol first: the server selects
 * one, and the answer repeats it.
 *
 * @param prefix - The text before the token.
 * @returns undefined if no subprotocol has the prefix. Two tokens are joined by a comma, which is refused.
 *
 * @example
 * ```ts
 * import { readSubprotocolToken, WsAuthGuard, type WsHandshake } from '@verifier/nest/ws';
 *
 * export class BrowserGuard extends WsAuthGuard {
 *   override getToken({ request }: WsHandshake) { return readSubprotocolToken(request); }
 * }
 * ```
 */
export function readSubprotocolToken(request: NodeRequest, prefix = 'bearer.'): string | undefined {
  const values = fromNodeRequest(request).header(subprotocolHeader);
  const offered = values.flatMap((value) => value.split(',')).map((name) => name.trim());
  const tokens = offered.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  return tokens.length === 0 ? undefined : tokens.join(',');
}

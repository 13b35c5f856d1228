/** A client of `ws`, or of any adapter whose clients follow the WebSocket interface. */
interface NativeClient {
  readonly readyState: number;
  close(code: number, reason: string): void;
  send(data: string): void;
  on(event: string, listener: (data: object) => void): unknown;
}

/** A client of socket.io. */
interface IoClient {
  readonly connected: boolean;
  disconnect(close: boolean): void;
}

const open = 1;
const denials = new WeakSet<object>();
const relays = new WeakSet<object>();

/**
 * Makes the exception that carries a denial reach a client of `ws` in NestJS 11, whose filter emits it as a local event of
 * the client and sends nothing. NestJS 12 sends it, and emits no event.
 */
export function relayDenial(client: object, denial: object): void {
  if (!isNative(client)) return;
  denials.add(denial);
  if (relays.has(client)) return;
  relays.add(client);
  client.on('exception', (data) => {
    if (denials.has(data)) client.send(JSON.stringify({ event: 'exception', data }));
  });
}

/**
 * Closes a connection. socket.io has no close codes: its client sees the reason `io server disconnect`.
 *
 * @param code - The close code (RFC 6455, section 7.4).
 * @param reason - At most 123 bytes.
 */
export function closeClient(client: object, code: number, reason: string): void {
  if (isNative(client)) client.close(code, reason);
  else if (isIo(client)) client.disconnect(true);
}

/** Whether a client is connected. */
export function isOpen(client: object): boolean {
  return isNative(client) ? client.readyState === open : isIo(client) && client.connected;
}

function isNative(client: object): client is NativeClient {
  return 'readyState' in client && 'close' in client && 'send' in client && 'on' in client;
}

function isIo(client: object): client is IoClient {
  return 'connected' in client && 'disconnect' in client;
}

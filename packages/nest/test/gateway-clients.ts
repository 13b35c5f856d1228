import { once } from 'node:events';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { io } from 'socket.io-client';

/** The credentials and other data that a client sends with its connection. */
export interface Handshake {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Subprotocols; `ws` only. */
  readonly protocols?: readonly string[];
  /** The `auth` of the handshake; socket.io only. */
  readonly auth?: Readonly<Record<string, unknown>>;
  /** After the path of the gateway. */
  readonly query?: string;
}

/** A connected client. */
export interface GatewayClient {
  send(event: string, data?: unknown): void;
  /** Every event so far, with its data. */
  readonly received: readonly (readonly [event: string, data: unknown])[];
  /** The close code of `ws`, or the reason of socket.io. */
  readonly closed: Promise<unknown>;
  close(): void;
}

/** Connects a client to an origin, such as `http://127.0.0.1:3000`. */
export type Connect = (origin: string, handshake?: Handshake) => Promise<GatewayClient>;

function headersOf({ token, headers }: Handshake): Record<string, string> {
  return { ...headers, ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) };
}

/** Connects with the WebSocket of Node.js. */
export const connectWs: Connect = async (origin, handshake = {}) => {
  const { protocols = [], query = '' } = handshake;
  const url = `${origin.replace('http', 'ws')}/${query}`;
  const socket = new WebSocket(url, Object({ headers: headersOf(handshake), protocols }));
  const received: [string, unknown][] = [];
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(data);
    received.push([message.event, message.data]);
  });
  const closed = once(socket, 'close').then(([{ code }]) => code);
  await Promise.race([once(socket, 'open'), closed]);
  const send = (event: string, data?: unknown): void => socket.send(JSON.stringify({ event, data }));
  return { send, received, closed, close: () => socket.close() };
};

/** Connects with the client of socket.io. */
export const connectIo: Connect = async (origin, handshake = {}) => {
  const { auth = {}, query = '' } = handshake;
  const fixed = { transports: ['websocket'], reconnection: false, forceNew: true };
  const socket = io(`${origin}/${query}`, { ...fixed, extraHeaders: headersOf(handshake), auth });
  const received: [string, unknown][] = [];
  socket.onAny((event, data) => received.push([event, data]));
  const closed = new Promise((resolve) => socket.on('disconnect', resolve));
  await new Promise((resolve, reject) =>
    socket.once('connect', () => resolve(undefined)).once('connect_error', reject),
  );
  return { send: (event, data) => socket.emit(event, data), received, closed, close: () => socket.disconnect() };
};

/** The answer to a denied connection. */
interface ConnectionDenial {
  readonly status: number;
  readonly body: unknown;
  readonly challenge?: string | undefined;
  readonly cache?: string | undefined;
  readonly type?: string | undefined;
}

/** Attempts a connection that the server denies. */
export type ReadDenial = (origin: string, handshake?: Handshake) => Promise<ConnectionDenial>;

const upgrade = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** The HTTP answer to an upgrade request. */
export const denialOverWs: ReadDenial = async (origin, handshake = {}) => {
  const request = get(origin, { headers: { ...upgrade, ...headersOf(handshake) }, agent: false });
  const [response] = await once(request, 'response');
  const { statusCode: status, headers } = response;
  const body = await text(response);
  return {
    status,
    challenge: headers['www-authenticate'],
    cache: headers['cache-control'],
    type: headers['content-type'],
    body: body.startsWith('{') ? JSON.parse(body) : body,
  };
};

/** The `connect_error` of a connection. */
export const denialOverIo: ReadDenial = async (origin, handshake = {}) => {
  const fixed = { transports: ['websocket'], reconnection: false, forceNew: true };
  const socket = io(origin, { ...fixed, extraHeaders: headersOf(handshake), auth: handshake.auth ?? {} });
  const error = await new Promise<Error & { data?: { statusCode: number } }>((resolve) =>
    socket.once('connect_error', resolve),
  );
  socket.disconnect();
  return { status: error.data?.statusCode ?? 500, body: error.data ?? error.message };
};

import type { ApplicationConfig } from '@nestjs/core';
import {
  type AnyAuthError,
  ConfigurationError,
  fromNodeRequest,
  type NodeRequest,
  type RequestLike,
} from '@verifier/core';

/** The part of a connection that can carry a token. */
export interface WsHandshake {
  /** The upgrade request. */
  readonly request: NodeRequest;
  /** The `auth` that a client of socket.io connects with: any JSON object. Empty for `ws`. */
  readonly auth: Readonly<Record<string, unknown>>;
}

/** The connection of one client. */
export interface WsConnection {
  readonly handshake: WsHandshake;
  /** The request to authenticate, by the class whose `getToken` read the token; by undefined, the upgrade request. */
  readonly requests: Map<unknown, RequestLike | Promise<RequestLike>>;
  /** The error that closed the connection. */
  closedBy?: AnyAuthError;
  /** Called when the client of an authenticated upgrade request is known. */
  accept?: (client: object) => void;
  /** Runs the next verification of an open connection. */
  timer?: NodeJS.Timeout | undefined;
}

/** The part of an adapter that announces clients. */
interface ConnectionSource {
  bindClientConnect(server: unknown, callback: (...args: unknown[]) => void): unknown;
}

// By client; and by upgrade request, which `ws` has before the client.
const connections = new WeakMap<object, WsConnection>();
const observed = new WeakSet<object>();

/**
 * Remembers the upgrade request of each client, in the turn in which the adapter announces it and so before its first
 * message. Clients of socket.io carry their request; those of `ws` do not.
 */
export function observeConnections(config: ApplicationConfig): void {
  if (observed.has(config)) return;
  observed.add(config);
  // Nest asks for the adapter when it registers gateways. The application sets it after the guards were created.
  const getIoAdapter = config.getIoAdapter.bind(config);
  config.getIoAdapter = () => {
    const adapter = getIoAdapter();
    if (isConnectionSource(adapter)) observeAdapter(adapter);
    return adapter;
  };
}

/**
 * Returns the connection of a client, or of an upgrade request.
 *
 * @throws ConfigurationError if the adapter passed no upgrade request with this client.
 */
export function connectionOf(source: object): WsConnection {
  const known = connections.get(source);
  if (known !== undefined) return known;
  if (isUpgrade(source)) return remember(source, { request: source, auth: {} });
  const { request, handshake } = Object(source);
  if (isUpgrade(request)) return remember(source, { request, auth: Object(handshake?.auth) });
  throw new ConfigurationError(
    'WsAuthGuard needs the upgrade request of each client: the WebSocket adapter must pass it to the callback of bindClientConnect, or set client.request',
  );
}

function observeAdapter(adapter: ConnectionSource): void {
  if (observed.has(adapter)) return;
  observed.add(adapter);
  const bindClientConnect = adapter.bindClientConnect.bind(adapter);
  adapter.bindClientConnect = (server, callback) =>
    bindClientConnect(server, (...args) => {
      const [client, request] = args;
      if (isObject(client) && isUpgrade(request)) bindClient(client, request);
      callback(...args);
    });
}

// Several gateways of one server announce the same client.
function bindClient(client: object, request: NodeRequest): void {
  if (connections.has(client)) return;
  const connection = connectionOf(request);
  connections.set(client, connection);
  connection.accept?.(client);
}

function remember(source: object, handshake: WsHandshake): WsConnection {
  const request = fromNodeRequest(handshake.request);
  const connection: WsConnection = { handshake, requests: new Map([[undefined, request]]) };
  connections.set(source, connection);
  return connection;
}

function isConnectionSource(adapter: unknown): adapter is ConnectionSource {
  return typeof Object(adapter).bindClientConnect === 'function';
}

function isUpgrade(request: unknown): request is NodeRequest {
  return Array.isArray(Object(request).rawHeaders);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

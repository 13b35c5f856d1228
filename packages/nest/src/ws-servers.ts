import { Logger } from '@nestjs/common';
import {
  type AnyAuthError,
  type AuthResult,
  type Challenge,
  ConfigurationError,
  type Guard,
  type Requirements,
} from '@verifier/core';
import { toMessageDenial } from './message-denial.ts';

/** Authenticates a connection by its client, or by its upgrade request if there is no client yet. */
export type AuthenticateConnection = (source: object) => AuthResult | Promise<AuthResult>;

/** A server of `ws`. */
interface NativeServer {
  readonly options: { verifyClient?: VerifyClient | null };
}

type VerifyClient = (info: { readonly req: object }, answer: Answer) => void;

/** A server or a namespace of socket.io. */
interface IoServer {
  use(middleware: (socket: object, next: (error?: Error) => void) => void): unknown;
}

/** The callback of `verifyClient`: whether to accept, or the answer to the upgrade request. */
type Answer = (accepted: boolean, status?: number, body?: string, headers?: Readonly<Record<string, string>>) => void;

const logger = new Logger('WsAuthGuard');
const noStore = { 'Cache-Control': 'no-store' };
// Several gateways may authenticate the connections of the server that they share.
const ownVerifiers = new WeakSet<VerifyClient>();

/**
 * Authenticates each connection of a server before its client exists. `ws` answers a denied upgrade request as core answers
 * any request; socket.io answers with `connect_error`.
 *
 * @throws ConfigurationError if the server is of another library, or has a `verifyClient` already.
 */
export function authenticateServer(
  server: object,
  guard: Guard,
  authenticate: AuthenticateConnection,
  requirements?: Requirements,
): void {
  const toChallenge = (error: AnyAuthError): Challenge => guard.challenge(error, requirements);
  if (isNative(server)) verifyClients(server, toChallenge, authenticate);
  else if (isIo(server)) addMiddleware(server, guard, authenticate);
  else
    throw new ConfigurationError('authenticateConnections takes a server of ws or socket.io, as in afterInit(server)');
}

function verifyClients(
  { options }: NativeServer,
  toChallenge: (error: AnyAuthError) => Challenge,
  authenticate: AuthenticateConnection,
): void {
  const { verifyClient: previous } = options;
  if (typeof previous === 'function' && !ownVerifiers.has(previous)) {
    throw new ConfigurationError('authenticateConnections cannot be combined with another verifyClient of the server');
  }
  const verify: VerifyClient = (info, answer) => {
    const deny = (error: AnyAuthError): void => {
      const { status, headers, body } = toChallenge(error);
      answer(false, status, body, headers);
    };
    const grant = (): void => (previous ? previous(info, answer) : answer(true));
    void conclude(authenticate, info.req, { grant, deny, fail: () => answer(false, 500, '', noStore) });
  };
  ownVerifiers.add(verify);
  options.verifyClient = verify;
}

function addMiddleware(server: IoServer, guard: Guard, authenticate: AuthenticateConnection): void {
  server.use((socket, next) => {
    const deny = (error: AnyAuthError): void => {
      const data = toMessageDenial(guard, error);
      next(Object.assign(new Error(data.message), { data }));
    };
    void conclude(authenticate, socket, { grant: next, deny, fail: () => next(new Error('Internal server error')) });
  });
}

interface Outcomes {
  readonly grant: () => void;
  readonly deny: (error: AnyAuthError) => void;
  readonly fail: () => void;
}

async function conclude(authenticate: AuthenticateConnection, source: object, outcomes: Outcomes): Promise<void> {
  try {
    const result = await authenticate(source);
    if (result.ok) outcomes.grant();
    else outcomes.deny(result.error);
  } catch (error) {
    // `validate` or `getToken` of the application threw.
    logger.error(error);
    outcomes.fail();
  }
}

function isNative(server: object): server is NativeServer {
  return 'options' in server && 'handleUpgrade' in server;
}

function isIo(server: object): server is IoServer {
  return 'use' in server && typeof server.use === 'function';
}

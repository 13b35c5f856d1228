import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { authenticateUpgrade, type Requirements, type SingleIssuerOptions, type Verifier } from '../src/index.ts';
import { signToken } from './support/sign-token.ts';
import { generateTestKey } from './support/test-key.ts';
import { verifierFor } from './support/verifiers.ts';

const key = generateTestKey('Ed25519');
const token = signToken(key, { scope: 'read' });

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

interface Upgrades {
  readonly port: number;
  /** The subjects of accepted upgrades. */
  readonly accepted: (string | null | undefined)[];
  readonly failures: unknown[];
}

async function serve(verifier: Verifier, requirements?: Requirements): Promise<Upgrades> {
  const accepted: Upgrades['accepted'] = [];
  const failures: unknown[] = [];
  const server = createServer();
  server.on('upgrade', (request, socket) => {
    authenticateUpgrade(verifier, request, socket, requirements).then(
      (granted) => {
        if (granted === undefined) return;
        accepted.push(granted.auth === null ? null : granted.auth.subject);
        socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
      },
      (error: unknown) => failures.push(error),
    );
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port }: AddressInfo = Object(server.address());
  return { port, accepted, failures };
}

function open(port: number, ...authorization: readonly string[]): Socket {
  const socket = connect(port, '127.0.0.1');
  const lines = authorization.map((value) => `Authorization: ${value}\r\n`);
  socket.write(`GET /feed HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n${lines.join('')}\r\n`);
  return socket;
}

// The response ends with the connection.
async function ask(port: number, ...authorization: readonly string[]): Promise<string> {
  return await text(open(port, ...authorization));
}

const verifierWith = (options: Partial<SingleIssuerOptions> = {}): Verifier => verifierFor(key, options);

describe('[UPGRADE-GUARD] the handshake of a WebSocket', () => {
  it('is accepted with a valid token', async () => {
    const { port, accepted } = await serve(verifierWith());
    expect(await ask(port, `Bearer ${token}`)).toMatch(/^HTTP\/1\.1 101 /);
    expect(accepted).toEqual(['subject']);
  });

  it('is accepted without a token if the verifier is optional', async () => {
    const { port, accepted } = await serve(verifierWith({ optional: true }));
    expect(await ask(port)).toMatch(/^HTTP\/1\.1 101 /);
    expect(accepted).toEqual([null]);
  });

  it.each<[string, readonly string[], Requirements | undefined, RegExp, string]>([
    ['nothing', [], undefined, /^HTTP\/1\.1 401 Unauthorized\r\n/, 'Bearer realm="api"\r\n'],
    ['a malformed token', ['Bearer'], undefined, /^HTTP\/1\.1 400 Bad Request\r\n/, 'error="invalid_request"'],
    ['two tokens', ['Bearer a', 'Bearer b'], undefined, /^HTTP\/1\.1 400 /, 'error="invalid_request"'],
    ['a wrong token', ['Bearer nonsense'], undefined, /^HTTP\/1\.1 401 /, 'error="invalid_token"'],
    ['a scope too few', [`Bearer ${token}`], { scope: 'write' }, /^HTTP\/1\.1 403 Forbidden\r\n/, 'scope="write"\r\n'],
  ])(
    'is answered on the socket, which is closed: %s',
    async (_name, authorization, requirements, status, challenge) => {
      const { port, accepted } = await serve(verifierWith(), requirements);
      const answer = await ask(port, ...authorization);
      expect(answer).toMatch(status);
      expect(answer).toContain(challenge);
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      expect(head.toLowerCase()).toContain('\r\ncache-control: no-store');
      expect(head.toLowerCase()).toContain(`\r\ncontent-length: ${body.length}\r\n`);
      expect(JSON.parse(body)).toHaveProperty('error_description');
      expect(accepted).toEqual([]);
    },
  );

  it('is answered with 503 if the token cannot be verified', async () => {
    const verifier = verifierWith();
    await verifier.close();
    const { port } = await serve(verifier);
    expect(await ask(port, `Bearer ${token}`)).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n(.*\r\n)*Retry-After: /);
  });

  it('is answered with 500 if validate throws, and the error is passed on', async () => {
    const fault = new RangeError('out of range');
    const { port, failures } = await serve(verifierWith({ validate: () => Promise.reject(fault) }));
    expect(await ask(port, `Bearer ${token}`)).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\n/);
    expect(failures).toEqual([fault]);
  });

  it('is not granted to a client that has disconnected, which stops nothing', async () => {
    const { promise, resolve: release } = Promise.withResolvers<undefined>();
    const validate = vi.fn(() => promise);
    const { port, accepted, failures } = await serve(verifierWith({ validate }));
    const socket = open(port, `Bearer ${token}`);
    await vi.waitFor(() => expect(validate).toHaveBeenCalled());
    const [server] = servers;
    socket.resetAndDestroy();
    await vi.waitFor(() => expect(connectionsOf(server)).resolves.toBe(0));
    release(undefined);
    expect(await ask(port)).toMatch(/^HTTP\/1\.1 401 /);
    expect([accepted, failures]).toEqual([[], []]);
  });
});

async function connectionsOf(server: Server | undefined): Promise<number | undefined> {
  return await new Promise((resolve) => server?.getConnections((_error, count) => resolve(count)));
}

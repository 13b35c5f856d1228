import { execFile } from 'node:child_process';
import { Agent, get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  generateSigningKey,
  type SigningAlgorithm,
  type SigningKey,
  startAuthorizationServer,
} from '../src/index.ts';
import { verifyToken } from './verify-token.ts';

let key: SigningKey;
let otherKey: SigningKey;
const open: AuthorizationServer[] = [];

beforeAll(async () => {
  [key, otherKey] = await Promise.all([generateSigningKey(), generateSigningKey()]);
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((issuer) => issuer.close()));
});

async function startIssuer(options: AuthorizationServerOptions = {}): Promise<AuthorizationServer> {
  const issuer = await startAuthorizationServer({ path: '/oauth2/default', key, ...options });
  open.push(issuer);
  return issuer;
}

async function readKeyIds(issuer: AuthorizationServer): Promise<(string | undefined)[]> {
  const { keys } = (await (await fetch(issuer.endpoints.keys)).json()) as JSONWebKeySet;
  return keys.map((jwk) => jwk.kid);
}

function getStatus(url: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    }).once('error', reject);
  });
}

describe('tokens', () => {
  test('come from the token endpoint and verify against the published keys', async () => {
    const issuer = await startIssuer({ tokenLifetime: 120 });
    const { payload: claims, protectedHeader } = await verifyToken(
      issuer,
      await issuer.token({ scope: 'read unknown' }),
    );
    expect(protectedHeader).toEqual({ alg: 'RS256', kid: key.kid, typ: 'at+jwt' });
    expect(claims).toEqual({
      iss: issuer.issuer,
      aud: 'api://default',
      sub: 'test-client',
      client_id: 'test-client',
      scope: 'read',
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: (claims.iat ?? 0) + 120,
    });
  });

  test('carry the requested audience and client, and a scope only if requested', async () => {
    const issuer = await startIssuer({ clients: ['reader', 'writer'] });
    const token = await issuer.token({ audience: 'https://other.example/api', client: 'writer' });
    const { payload: claims } = await jwtVerify(token, key.publicKey, { audience: 'https://other.example/api' });
    expect(claims).toMatchObject({ sub: 'writer', client_id: 'writer' });
    expect(claims).not.toHaveProperty('scope');
  });

  test('reject if the token endpoint refuses the grant', async () => {
    const issuer = await startIssuer();
    await expect(issuer.token({ audience: 'not a URI' })).rejects.toThrow(/answered 400: .*invalid_target/);
    await expect(issuer.token({ client: 'unknown' })).rejects.toThrow('no client unknown');
  });

  test.each<SigningAlgorithm>(['RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'Ed25519', 'EdDSA'])(
    'are signed with %s',
    async (alg) => {
      const issuer = await startIssuer({ alg, key: undefined, keyId: 'first' });
      const { protectedHeader } = await verifyToken(issuer, await issuer.token());
      expect(protectedHeader).toMatchObject({ alg, kid: 'first' });
      await issuer.rotate();
      await expect(verifyToken(issuer, await issuer.token())).resolves.toBeDefined();
    },
  );
});

describe('sign()', () => {
  test('adds the claims of a valid token', async () => {
    const issuer = await startIssuer();
    const { payload: claims } = await verifyToken(issuer, await issuer.sign({ scp: ['read'], exp: undefined }));
    expect(claims).toMatchObject({ iss: issuer.issuer, sub: 'test-client', client_id: 'test-client', scp: ['read'] });
    expect(claims).not.toHaveProperty('exp');
  });

  test('accepts any header, algorithm and key', async () => {
    const issuer = await startIssuer();
    const bytes = Buffer.from(String(key.publicKey.export({ format: 'pem', type: 'spki' })));
    const header = { kid: undefined, typ: 'JWT', crit: ['x'], x: 1 };
    const confused = await issuer.sign({}, { alg: 'HS256', key: bytes, header });
    expect(decodeProtectedHeader(confused)).toEqual({ alg: 'HS256', typ: 'JWT', crit: ['x'], x: 1 });
    await expect(jwtVerify(confused, bytes, { crit: { x: true } })).resolves.toBeDefined();
    expect(await issuer.sign({}, { alg: 'none' })).toMatch(/^[\w-]+\.[\w-]+\.$/);
    expect(decodeProtectedHeader(await issuer.sign({}, { alg: 'PS256', kid: 'unknown' })).kid).toBe('unknown');
    const forged = await issuer.sign({}, { key: otherKey.privateKey });
    await expect(verifyToken(issuer, forged)).rejects.toThrow('signature verification failed');
  });
});

describe('rotation', () => {
  test('with overlap keeps the previous key in the set until it is retired', async () => {
    const issuer = await startIssuer();
    const before = await issuer.token();
    await issuer.rotate({ key: otherKey });
    expect(await readKeyIds(issuer)).toEqual([otherKey.kid, key.kid]);
    const after = await verifyToken(issuer, await issuer.token());
    expect(after.protectedHeader.kid).toBe(otherKey.kid);
    await expect(verifyToken(issuer, before)).resolves.toBeDefined();
    issuer.retire();
    await expect(verifyToken(issuer, before)).rejects.toThrow('no applicable key');
  });

  test('without overlap removes the previous key', async () => {
    const issuer = await startIssuer();
    const before = await issuer.token();
    const keys = await issuer.rotate({ overlap: false });
    expect(await readKeyIds(issuer)).toEqual([keys.current.kid]);
    await expect(verifyToken(issuer, before)).rejects.toThrow('no applicable key');
    await expect(verifyToken(issuer, await issuer.token())).resolves.toBeDefined();
  });

  test('can publish the next key ahead', async () => {
    const issuer = await startIssuer();
    await issuer.rotate({ publishAhead: true, key: otherKey });
    expect(await readKeyIds(issuer)).toEqual([key.kid, otherKey.kid]);
    expect(decodeProtectedHeader(await issuer.token()).kid).toBe(key.kid);
    await issuer.rotate();
    expect(decodeProtectedHeader(await issuer.token()).kid).toBe(otherKey.kid);
    expect(issuer.keys.set.keys).toEqual([otherKey.publicJwk, key.publicJwk]);
  });

  test('keeps connections open', async () => {
    const issuer = await startIssuer();
    const agent = new Agent({ keepAlive: true });
    await getStatus(issuer.endpoints.keys, agent);
    await issuer.rotate({ key: otherKey });
    await getStatus(issuer.endpoints.keys, agent);
    expect(issuer.counts).toMatchObject({ keys: 2, connections: 1 });
    agent.destroy();
  });

  test('can use the same key ID for a new key', async () => {
    const issuer = await startIssuer();
    const before = await issuer.token();
    await issuer.rotate({ overlap: false, key: await generateSigningKey('RS256', key.kid) });
    await expect(verifyToken(issuer, before)).rejects.toThrow('signature verification failed');
    await expect(verifyToken(issuer, await issuer.token())).resolves.toBeDefined();
  });
});

describe('documents', () => {
  const openid = '/.well-known/openid-configuration';
  const oauth = '/.well-known/oauth-authorization-server';

  test.each([
    { metadata: 'openid' as const, statuses: [200, 404, 404] },
    { metadata: 'oauth' as const, statuses: [404, 200, 404] },
    { metadata: 'both' as const, statuses: [200, 200, 404] },
  ])('have the well-known path of $metadata metadata', async ({ metadata, statuses }) => {
    const issuer = await startIssuer({ metadata });
    const { origin } = new URL(issuer.issuer);
    const places = [`${issuer.issuer}${openid}`, `${origin}${oauth}/oauth2/default`, `${issuer.issuer}${oauth}`];
    const answers = await Promise.all(places.map((place) => fetch(place)));
    expect(answers.map((answer) => answer.status)).toEqual(statuses);
    const found = answers.filter((answer) => answer.ok);
    for (const document of await Promise.all(found.map((answer) => answer.json()))) {
      expect(document).toMatchObject({ issuer: issuer.issuer, jwks_uri: issuer.endpoints.keys });
    }
  });

  test.each(['openid', 'oauth'] as const)('are at the root for an issuer without a path: %s', async (metadata) => {
    const issuer = await startIssuer({ path: undefined, metadata });
    expect(issuer.issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const document = await (await fetch(`${issuer.issuer}${metadata === 'oauth' ? oauth : openid}`)).json();
    expect(document).toMatchObject({ issuer: issuer.issuer, jwks_uri: `${issuer.issuer}/v1/keys` });
  });

  test('have the configured latency and Cache-Control', async () => {
    const issuer = await startIssuer({ latency: 0.05, cacheControl: 'no-cache' });
    const started = performance.now();
    const answer = await fetch(issuer.endpoints.keys);
    expect(performance.now() - started).toBeGreaterThanOrEqual(45);
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    issuer.conditions.cacheControl = undefined;
    expect((await fetch(issuer.endpoints.keys)).headers.has('cache-control')).toBe(false);
  });

  test('can be replaced by any text', async () => {
    const issuer = await startIssuer();
    issuer.publish({ keys: [otherKey.publicJwk] });
    expect(await readKeyIds(issuer)).toEqual([otherKey.kid]);
    issuer.publish('not JSON');
    expect(await (await fetch(issuer.endpoints.keys)).text()).toBe('not JSON');
    issuer.publish(undefined);
    issuer.publishMetadata({ issuer: `${issuer.issuer}/` });
    expect(await readKeyIds(issuer)).toEqual([key.kid]);
    expect(await (await fetch(`${issuer.issuer}${openid}`)).json()).toEqual({ issuer: `${issuer.issuer}/` });
  });
});

describe('the server', () => {
  test('counts connections and requests, except the connection of a token request', async () => {
    const issuer = await startIssuer();
    const agent = new Agent({ keepAlive: true });
    await issuer.token();
    expect(issuer.counts).toEqual({ discovery: 0, keys: 0, token: 1, connections: 0, tlsHandshakes: 0 });
    await getStatus(`${issuer.issuer}/.well-known/openid-configuration`, agent);
    await getStatus(issuer.endpoints.keys, agent);
    await getStatus(issuer.endpoints.keys, new Agent());
    expect(issuer.counts).toEqual({ discovery: 1, keys: 2, token: 1, connections: 2, tlsHandshakes: 0 });
    issuer.resetCounts();
    await getStatus(issuer.endpoints.keys, agent);
    expect(issuer.counts).toEqual({ discovery: 0, keys: 1, token: 0, connections: 0, tlsHandshakes: 0 });
    agent.destroy();
  });

  test('stops, and starts again on the same port with the same keys', async () => {
    const issuer = await startIssuer();
    const token = await issuer.token();
    const agent = new Agent({ keepAlive: true });
    await getStatus(issuer.endpoints.keys, agent);
    await issuer.stop();
    await expect(getStatus(issuer.endpoints.keys, new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await issuer.start();
    await expect(verifyToken(issuer, token)).resolves.toBeDefined();
    await expect(verifyToken(issuer, await issuer.token())).resolves.toBeDefined();
    agent.destroy();
  });

  test('resets pending answers when it stops', async () => {
    const issuer = await startIssuer({ latency: 30 });
    const answer = getStatus(issuer.endpoints.keys, new Agent());
    const failure = expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect.poll(() => issuer.counts.keys).toBe(1);
    await issuer.stop();
    await failure;
  });

  test('can be stopped, started and closed twice', async () => {
    const issuer = await startIssuer();
    await issuer.start();
    await Promise.all([issuer.stop(), issuer.stop()]);
    await issuer.close();
  });

  test('prints nothing, and lets the process end', async () => {
    const script = fileURLToPath(new URL('./lifecycle.ts', import.meta.url));
    const ended = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 });
    expect(ended).toEqual({ stdout: '', stderr: '' });
  });
});

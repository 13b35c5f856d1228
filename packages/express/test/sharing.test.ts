import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { exchange, type RunningApp } from '@verifier/conformance';
import { bearerAuth, createVerifier, oktaAuth } from '@verifier/express';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import express, { type RequestHandler } from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listen } from './listen.ts';

let issuer: AuthorizationServer;
let token: string;
let app: RunningApp | undefined;

beforeEach(async () => {
  issuer = await startAuthorizationServer({ path: '/oauth2/default' });
  token = await issuer.token({ scope: 'read' });
  issuer.resetCounts();
});

afterEach(async () => {
  await app?.close();
  await issuer.close();
});

async function ask(path = '/'): Promise<number> {
  const headers = [['Authorization', `Bearer ${token}`]] as const;
  const { status } = await exchange(app?.origin ?? '', { method: 'GET', path, headers });
  return status;
}

function options(): { issuer: string; audience: string } {
  return { issuer: issuer.issuer, audience: issuer.audience };
}

const noContent: RequestHandler = (_req, res) => void res.sendStatus(204);

/** A second copy of core, as another version range would install it. */
async function copyCore(): Promise<{ readonly entry: string; remove(): Promise<void> }> {
  const source = new URL('../', import.meta.resolve('@verifier/core'));
  const target = await mkdtemp(join(tmpdir(), 'verifier-core-'));
  for (const name of ['dist', 'src', 'package.json']) {
    await cp(new URL(name, source), join(target, name), { recursive: true });
  }
  await symlink(fileURLToPath(new URL('node_modules', source)), join(target, 'node_modules'));
  const entry = pathToFileURL(join(target, 'dist/index.js')).href;
  return { entry, remove: () => rm(target, { recursive: true }) };
}

const fetchedOnce = { discovery: 1, keys: 1 };

describe('the middlewares of one process', () => {
  it('[ADAPTERS-SHARED] share one discovery and one key fetch', async () => {
    const server = express();
    server.get('/one', oktaAuth(options()), noContent);
    server.get('/two', oktaAuth(options()), noContent);
    server.get('/three', bearerAuth({ ...options(), realm: 'three' }), noContent);
    app = await listen(server);
    expect([await ask('/one'), await ask('/two'), await ask('/three')]).toEqual([204, 204, 204]);
    expect(issuer.counts).toMatchObject(fetchedOnce);
  });

  it('answer 1,000 concurrent first requests with one discovery and one key fetch', async () => {
    app = await listen(express().use(oktaAuth(options()), noContent));
    const statuses = await Promise.all(Array.from({ length: 1000 }, () => ask()));
    expect(new Set(statuses)).toEqual(new Set([204]));
    expect(issuer.counts).toMatchObject(fetchedOnce);
  });

  it('do not contact the issuer for a request once warm', async () => {
    const auth = oktaAuth(options());
    app = await listen(express().use(auth, noContent));
    await auth.verifier.warmUp();
    expect(auth.verifier.ready()).toBe(true);
    expect(issuer.counts).toMatchObject(fetchedOnce);
    issuer.resetCounts();
    for (let round = 0; round < 50; round += 1) expect(await ask()).toBe(204);
    expect(issuer.counts).toMatchObject({ discovery: 0, keys: 0, connections: 0 });
  });

  it('share with one that was loaded through require()', async () => {
    const required: { bearerAuth: typeof bearerAuth } = createRequire(import.meta.url)('@verifier/express');
    const server = express();
    server.get('/one', bearerAuth(options()), noContent);
    server.get('/two', required.bearerAuth(options()), noContent);
    app = await listen(server);
    expect([await ask('/one'), await ask('/two')]).toEqual([204, 204]);
    expect(issuer.counts).toMatchObject(fetchedOnce);
  });

  it('share with one from a second copy of core', async () => {
    const copy = await copyCore();
    const other: { createVerifier: typeof createVerifier } = await import(`${copy.entry}`);
    expect(other.createVerifier).not.toBe(createVerifier);
    const server = express();
    server.get('/one', bearerAuth(options()), noContent);
    server.get('/two', bearerAuth({ verifier: other.createVerifier(options()) }), noContent);
    app = await listen(server);
    expect([await ask('/one'), await ask('/two')]).toEqual([204, 204]);
    expect(issuer.counts).toMatchObject(fetchedOnce);
    await copy.remove();
  });

  it('accept an existing verifier, and expose it', async () => {
    const verifier = createVerifier(options());
    const auth = bearerAuth({ verifier });
    expect(auth.verifier).toBe(verifier);
    expect(oktaAuth({ verifier }).verifier).toBe(verifier);
    app = await listen(express().use(auth, noContent));
    expect(await ask()).toBe(204);
  });
});

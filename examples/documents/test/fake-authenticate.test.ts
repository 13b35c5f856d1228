import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { VerifiedToken, Verifier } from '@verifier/core';
import * as onExpress from '@verifier/express';
import * as onFastify from '@verifier/fastify';
import * as onHono from '@verifier/hono';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { expect, it, onTestFinished, vi } from 'vitest';

const options = { issuer: 'https://issuer.example', audience: 'api://orders' };

const alice: VerifiedToken = {
  token: '…',
  scheme: 'Bearer',
  format: 'jwt',
  claims: { iss: options.issuer, sub: 'alice', exp: 4e9 },
  issuer: options.issuer,
  subject: 'alice',
  scopes: ['orders:read'],
  roles: [],
  permissions: [],
  groups: [],
  expiresAt: 4e9,
};

function fake(verifier: Verifier): void {
  vi.spyOn(verifier, 'authenticate').mockReturnValue({ ok: true, auth: alice, headers: {} });
}

/** Returns the subject that a handler reads, and the status of a route that requires a scope that alice does not have. */
async function answers(send: (path: string) => Promise<Response>): Promise<unknown[]> {
  return [await (await send('/profile')).text(), (await send('/admin')).status];
}

const sendTo = (server: Server) => (path: string) =>
  fetch(`http://localhost:${(server.address() as AddressInfo).port}${path}`);

it('a verifier with another `authenticate` gives handlers its token, and Express and Hono check scopes', async () => {
  const app = express();
  const auth = onExpress.bearerAuth(options);
  fake(auth.verifier);
  app.use(auth);
  app.get('/profile', (req, res) => void res.send(onExpress.getAuth(req).subject));
  app.get('/admin', onExpress.requireScope('admin'), (_req, res) => void res.send('admin'));
  const server = await new Promise<Server>((resolve) => {
    const listening: Server = app.listen(0, () => resolve(listening));
  });
  onTestFinished(() => void server.close());
  expect(await answers(sendTo(server))).toEqual(['alice', 403]);

  const hono = new Hono();
  const guard = onHono.bearerAuth(options);
  fake(guard.verifier);
  hono.use(guard);
  hono.get('/profile', (c) => c.text(onHono.getAuth(c).subject ?? ''));
  hono.get('/admin', onHono.requireScope('admin'), (c) => c.text('admin'));
  expect(await answers(async (path) => await hono.request(path))).toEqual(['alice', 403]);
});

it('a verifier with another `authenticate` replaces the scopes of routes in Fastify', async () => {
  const app = Fastify();
  await app.register(onFastify.bearerAuth, options);
  fake(app.verifier);
  app.get('/profile', (request) => onFastify.getAuth(request).subject);
  app.get('/admin', { config: { auth: { scope: 'admin' } } }, () => 'admin');
  await app.listen({ port: 0 });
  onTestFinished(() => app.close());
  expect(await answers(sendTo(app.server))).toEqual(['alice', 200]);
});

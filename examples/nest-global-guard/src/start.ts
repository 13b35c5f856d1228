import assert from 'node:assert/strict';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { authenticateBeforeBody } from '@verifier/nest';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { AppModule } from './app.module.ts';

const issuer = await startAuthorizationServer({ path: '/oauth2/default', scopes: ['read:orders', 'write:orders'] });
process.env['OKTA_OAUTH2_ISSUER'] = issuer.issuer;
process.env['OKTA_OAUTH2_AUDIENCE'] = issuer.audience;

const tokens: Record<string, string | undefined> = {
  anonymous: undefined,
  reader: await issuer.token({ scope: 'read:orders' }),
  writer: await issuer.token({ scope: 'read:orders write:orders' }),
};

// The expected status, or the code of a GraphQL error, for each route or operation and caller.
const table: Record<string, Record<string, number | string>> = {
  'GET /health': { anonymous: 200, reader: 200, writer: 200 },
  'GET /profile': { anonymous: 401, reader: 200, writer: 200 },
  'GET /orders': { anonymous: 401, reader: 200, writer: 200 },
  'POST /orders': { anonymous: 401, reader: 403, writer: 201 },
  'query { version }': { anonymous: 200, reader: 200, writer: 200 },
  'query { scopes }': { anonymous: 'UNAUTHENTICATED', reader: 200, writer: 200 },
  'mutation { createOrder }': { anonymous: 'UNAUTHENTICATED', reader: 'FORBIDDEN', writer: 200 },
};

function send(origin: string, request: string, caller: string): Promise<Response> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (tokens[caller] !== undefined) headers['authorization'] = `Bearer ${tokens[caller]}`;
  if (request.includes('{')) {
    return fetch(`${origin}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query: request }) });
  }
  const [method = 'GET', path = '/'] = request.split(' ');
  // A malformed body is 400 only for a caller whose token was accepted.
  const body = caller === 'writer' ? '{}' : '{';
  return fetch(origin + path, { method, headers, body: method === 'POST' ? body : null });
}

async function answersOf(origin: string): Promise<string[]> {
  const answers: string[] = [];
  for (const [request, expected] of Object.entries(table)) {
    for (const [caller, outcome] of Object.entries(expected)) {
      const response = await send(origin, request, caller);
      const body = await response.text();
      const code = request.includes('{') ? Object(JSON.parse(body)).errors?.[0].extensions.code : undefined;
      const challenge = response.headers.get('www-authenticate');
      console.log(`${request.padEnd(26)} ${caller.padEnd(9)} ${code ?? response.status}  ${challenge ?? ''}`);
      assert.equal(code ?? response.status, outcome, `${request} as ${caller}`);
      assert.equal(challenge !== null, outcome !== 200 && outcome !== 201, `the challenge of ${request} as ${caller}`);
      if (!request.includes('{')) answers.push(`${response.status} ${challenge} ${body}`);
    }
  }
  return answers;
}

async function serve(adapter: ExpressAdapter | FastifyAdapter): Promise<INestApplication> {
  const app = await NestFactory.create(AppModule, adapter, { logger: ['error', 'warn'], forceCloseConnections: true });
  authenticateBeforeBody(app);
  await app.listen(0, '127.0.0.1');
  return app;
}

// The two applications share their keys, because they run in one process.
const apps = [await serve(new ExpressAdapter()), await serve(new FastifyAdapter())];
const answers: string[][] = [];
for (const app of apps) {
  console.log(`\n${app.getHttpAdapter().getType()}`);
  answers.push(await answersOf(`http://127.0.0.1:${app.getHttpServer().address().port}`));
}
assert.deepEqual(answers[0], answers[1], 'the same bytes on both platforms');
assert.deepEqual([issuer.counts.discovery, issuer.counts.keys], [1, 1], 'one discovery and one key fetch in all');
await Promise.all(apps.map((app) => app.close()));
await issuer.close();

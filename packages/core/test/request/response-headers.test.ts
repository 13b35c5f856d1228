import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  CredentialsMissingError,
  createGuard,
  fromNodeResponse,
  keepChallenge,
  keepChallengeOnWrite,
  setChallengeHeaders,
  TokenError,
  UnavailableError,
} from '../../src/index.ts';
import { generateTestKey } from '../support/test-key.ts';
import { optionsFor } from '../support/verifiers.ts';

const guard = createGuard(optionsFor(generateTestKey('Ed25519')));
const { status, headers } = guard.challenge(new CredentialsMissingError());
const challenge = 'Bearer realm="api"';

const storing = {
  'Cache-Control': 'public, max-age=600',
  'CDN-Cache-Control': 'max-age=600',
  'Netlify-CDN-Cache-Control': 'public',
  'Surrogate-Control': 'max-age=600',
  'Edge-Control': 'cache-maxage=10m',
  'X-Accel-Expires': '600',
  Expires: 'Thu, 01 Dec 2050 16:00:00 GMT',
  ETag: '"a"',
  'Last-Modified': 'Thu, 01 Dec 2022 16:00:00 GMT',
  Age: '5',
};
const kept = {
  'Content-Security-Policy': "default-src 'self'",
  'Set-Cookie': 'a=b',
  Vary: 'Origin',
  'X-Request-Id': '1',
};

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function ask(handle: (response: ServerResponse) => void): Promise<IncomingMessage> {
  const server = createServer((_request, response) => handle(response));
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port }: AddressInfo = Object(server.address());
  const sent = request({ port, host: '127.0.0.1', agent: false }).end();
  const [answer] = await once(sent, 'response');
  answer.resume();
  return answer;
}

function setAll(response: ServerResponse, fields: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(fields)) response.setHeader(name, value);
}

const lowerCase = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));

describe('[ANSWERS-NO-STORE] the answer to a denied request', () => {
  it.each([
    new CredentialsMissingError(),
    new TokenError('ERR_TOKEN_EXPIRED', 'x'),
    new UnavailableError('ERR_CLOSED', 'x'),
  ])('forbids storage: $code', (error) => {
    expect(guard.challenge(error).headers['Cache-Control']).toBe('no-store');
  });

  it('replaces what the application has set for its own content, and keeps the rest', () => {
    const content = {
      'Content-Encoding': 'gzip',
      'Content-Length': '3',
      'Content-Type': 'text/html',
      'Content-Range': 'x',
    };
    const target = new Headers({ ...storing, ...content, ...kept });
    setChallengeHeaders(target, headers);
    expect(Object.fromEntries(target)).toEqual(lowerCase({ ...kept, ...headers }));
  });

  it('replaces it on a Node.js response', async () => {
    const answer = await ask((response) => {
      setAll(response, { ...storing, 'Content-Length': '3' });
      setChallengeHeaders(fromNodeResponse(response), headers);
      response.writeHead(status).end();
    });
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'www-authenticate': challenge });
    for (const name of Object.keys(storing)) {
      if (name !== 'Cache-Control') expect(answer.headers).not.toHaveProperty(name.toLowerCase());
    }
  });
});

describe('[ADAPTERS-ON-ERROR] the response of an error handler', () => {
  const { headers: passed = {} } = guard.frameworkError(new CredentialsMissingError());

  it.each([401, 403, 404, 500, 503])('has the challenge and cannot be stored: %d', (handled) => {
    const response = new Response('sorry', { status: handled, headers: storing });
    keepChallenge(response, passed);
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/plain;charset=UTF-8',
      'cache-control': 'no-store',
      'www-authenticate': challenge,
    });
  });

  it.each([200, 204, 302])('is untouched if it is no error: %d', (handled) => {
    const response = new Response(null, { status: handled, headers: storing });
    keepChallenge(response, passed);
    expect(Object.fromEntries(response.headers)).toEqual(lowerCase(storing));
  });

  it('keeps the challenge of an error handler that sets one', () => {
    const response = new Response(null, { status: 401, headers: { 'WWW-Authenticate': 'ApiKey, Bearer' } });
    keepChallenge(response, passed);
    expect(response.headers.get('www-authenticate')).toBe('ApiKey, Bearer');
  });

  const writers: Record<string, (response: ServerResponse, code: number) => void> = {
    'end alone': (response, code) => {
      response.statusCode = code;
      response.end('x');
    },
    'writeHead with a status': (response, code) => void response.writeHead(code).end('x'),
    'writeHead with a message': (response, code) => void response.writeHead(code, 'Sorry').end('x'),
    'writeHead with headers': (response, code) =>
      void response.writeHead(code, { 'X-Own': '1', Expires: '0' }).end('x'),
    'writeHead with a list of headers': (response, code) =>
      void response.writeHead(code, ['X-Own', '1', 'Expires', '0']).end('x'),
  };

  it.each(Object.entries(writers))('has it on Node.js by %s', async (name, write) => {
    const { headers: denied, statusCode } = await ask((response) => {
      setAll(response, { ETag: '"a"', 'Cache-Control': 'public' });
      keepChallengeOnWrite(response, passed);
      write(response, 401);
    });
    expect(statusCode).toBe(401);
    expect(denied).toMatchObject({ 'cache-control': 'no-store', 'www-authenticate': challenge });
    expect(denied).not.toHaveProperty('etag');
    expect(denied).not.toHaveProperty('expires');
    if (/headers/.test(name)) expect(denied).toMatchObject({ 'x-own': '1' });
  });

  it.each(Object.entries(writers))('has nothing of it on a success by %s', async (_name, write) => {
    const { headers: granted, statusCode } = await ask((response) => {
      setAll(response, { ETag: '"a"', 'Cache-Control': 'public' });
      keepChallengeOnWrite(response, passed);
      write(response, 200);
    });
    expect(statusCode).toBe(200);
    expect(granted).toMatchObject({ 'cache-control': 'public', etag: '"a"' });
    expect(granted).not.toHaveProperty('www-authenticate');
  });

  it('has the challenge of the last guard if several denied the request', async () => {
    const other = createGuard({ ...optionsFor(generateTestKey('Ed25519')), realm: 'other' });
    const answer = await ask((response) => {
      guard.frameworkError(new CredentialsMissingError(), response);
      other.frameworkError(new CredentialsMissingError(), response);
      response.writeHead(401).end();
    });
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="other"');
  });
});

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, request as send } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fromNodeRequest, type NodeRequest, type RequestLike } from '../../src/index.ts';
import { configurationErrorIn } from '../support/expected-errors.ts';

const adapt: (request: NodeRequest) => RequestLike = fromNodeRequest;

/** A request as a server of Node.js delivers it: `headers` has the first of several values, or all of them joined. */
function received(...rawHeaders: readonly string[]): {
  headers: Record<string, string>;
  rawHeaders: readonly string[];
} {
  const headers: Record<string, string> = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    const key = name.toLowerCase();
    if (headers[key] === undefined) headers[key] = value;
    else if (key !== 'authorization') headers[key] += `${key === 'cookie' ? ';' : ','} ${value}`;
  }
  return { headers, rawHeaders };
}

describe('a header of a Node.js request', () => {
  const sent = ['Host', 'api.example', 'AUTHORIZATION', 'Bearer a', 'x-other', 'b', 'authorization', 'Bearer c'];

  it('has every value that was sent, in order; its name is case-insensitive', () => {
    const request = adapt(received(...sent, 'X-Other', 'd', 'Cookie', 'e=f', 'Cookie', 'g=h'));
    for (const name of ['authorization', 'Authorization', 'AUTHORIZATION']) {
      expect(request.header(name)).toEqual(['Bearer a', 'Bearer c']);
    }
    expect(request.header('X-Other')).toEqual(['b', 'd']);
    expect(request.header('cookie')).toEqual(['e=f', 'g=h']);
  });

  it('has no values if it was not sent', () => {
    expect(adapt(received(...sent)).header('cookie')).toEqual([]);
    expect(adapt(received()).header('authorization')).toEqual([]);
  });

  it('is not mistaken for the value of another', () => {
    const request = adapt(received('x-other', 'authorization', 'y', 'Bearer a', 'x-auth-header', 'Bearer b'));
    expect(request.header('authorization')).toEqual([]);
    expect(request.header('bearer a')).toEqual([]);
  });
});

describe('[REQUEST-HEADERS-DECIDE] a header of a Node.js request that no server received, or that middleware edited', () => {
  const headers = { host: 'api.example', authorization: 'Bearer a' };
  const once = ['Host', 'api.example', 'Authorization', 'Bearer sent'];

  it('is read from headers, without rawHeaders or with those of something else', () => {
    for (const rawHeaders of [undefined, [], ['Host', 'api.example'], once]) {
      expect(adapt({ headers, rawHeaders }).header('authorization')).toEqual(['Bearer a']);
    }
    for (const rawHeaders of [null, {}, 'Authorization']) {
      expect(adapt(Object({ headers, rawHeaders })).header('authorization')).toEqual(['Bearer a']);
    }
  });

  it('is absent if middleware deleted it', () => {
    const { authorization: _, ...others } = headers;
    expect(adapt({ headers: others, rawHeaders: once }).header('authorization')).toEqual([]);
    expect(
      adapt({ headers: { ...headers, authorization: undefined }, rawHeaders: once }).header('authorization'),
    ).toEqual([]);
  });

  it('[REQUEST-REPEATED] stays repeated if the client sent it twice, whatever middleware made of the first', () => {
    const rawHeaders = [...once, 'authorization', 'Bearer second'];
    expect(adapt({ headers, rawHeaders }).header('authorization')).toEqual(['Bearer a', 'Bearer second']);
    expect(adapt({ headers: {}, rawHeaders }).header('authorization')).toEqual([]);
  });

  it('has the value that middleware set instead of several', () => {
    const rawHeaders = ['Cookie', 'a=b', 'Cookie', 'c=d', 'X-Other', 'e', 'X-Other', 'f'];
    const request = adapt({ headers: { cookie: 'g=h', 'x-other': 'i' }, rawHeaders });
    expect(request.header('cookie')).toEqual(['g=h']);
    expect(request.header('x-other')).toEqual(['i']);
  });

  it('has every value of an array, and no value that is not text', () => {
    expect(adapt({ headers: { authorization: ['Bearer a', 'Bearer b'] } }).header('authorization')).toEqual([
      'Bearer a',
      'Bearer b',
    ]);
    expect(adapt({ headers: { authorization: ['Bearer a'] } }).header('authorization')).toEqual(['Bearer a']);
    for (const value of [undefined, null, 7, {}, [], [null, 7]]) {
      expect(adapt({ headers: Object({ authorization: value }) }).header('authorization')).toEqual([]);
    }
  });

  it('has a name in any case, as the mocks of tests write it', () => {
    expect(adapt({ headers: { Authorization: 'Bearer a' } }).header('authorization')).toEqual(['Bearer a']);
    expect(
      adapt({ headers: { Authorization: 'Bearer a', AUTHORIZATION: 'Bearer b' } }).header('authorization'),
    ).toEqual(['Bearer a', 'Bearer b']);
    // A server writes it in lower case, so that this is the one that counts.
    expect(
      adapt({ headers: { Authorization: 'Bearer a', authorization: 'Bearer b' } }).header('authorization'),
    ).toEqual(['Bearer b']);
  });

  it('is read from the Headers of the Fetch API, so that no token is overlooked', () => {
    const fetched = new Headers({ Authorization: 'Bearer a' });
    expect(adapt(Object({ headers: fetched })).header('authorization')).toEqual(['Bearer a']);
    expect(adapt(Object({ headers: fetched })).header('cookie')).toEqual([]);
    fetched.append('Authorization', 'Bearer b');
    expect(adapt(Object({ headers: fetched })).header('authorization')).toEqual(['Bearer a, Bearer b']);
    expect(adapt({ headers: { get: 'x', authorization: 'Bearer a' } }).header('authorization')).toEqual(['Bearer a']);
    expect(adapt({ headers: { get: 'x' } }).header('authorization')).toEqual([]);
  });

  it('is absent if there are no headers at all', () => {
    for (const none of [undefined, null, 'Authorization: Bearer a', () => undefined]) {
      const request = adapt(Object({ headers: none }));
      expect(request.header('authorization')).toEqual([]);
      expect(request.url()).toBe('http://localhost/');
    }
  });

  it('never comes from Object.prototype', () => {
    Object.defineProperty(Object.prototype, 'authorization', { value: 'Bearer a', configurable: true });
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, 'authorization'));
    expect(adapt({ headers: {} }).header('authorization')).toEqual([]);
  });

  it.each([undefined, null, 'GET /', 7])('needs a request: %j is a ConfigurationError', (nothing) => {
    expect(configurationErrorIn(() => fromNodeRequest(nothing as never)).message).toContain('fromNodeRequest');
  });
});

describe('the URL of a Node.js request', () => {
  it('has the authority of HTTP/2, or of a framework, rather than the Host header', () => {
    const headers = { host: 'api.example' };
    expect(adapt({ url: '/', authority: 'other.example:8080', headers }).url()).toBe('http://other.example:8080/');
    expect(adapt({ url: '/', authority: '', headers }).url()).toBe('http://api.example/');
  });

  it('consists of scheme, host and path', () => {
    expect(adapt({ url: '/orders?a=b', headers: { host: 'api.example:8080' } }).url()).toBe(
      'http://api.example:8080/orders?a=b',
    );
  });

  it('is https over TLS', () => {
    const socket = { encrypted: true };
    expect(adapt({ url: '/', headers: { host: 'api.example' }, socket }).url()).toBe('https://api.example/');
    expect(adapt({ url: '/', socket: {} }).url()).toBe('http://localhost/');
    expect(adapt({ url: '/', socket: null }).url()).toBe('http://localhost/');
  });

  it('has the scheme that the framework computed', () => {
    const request = { url: '/', headers: { host: 'api.example' }, protocol: 'https' };
    expect(adapt({ ...request, socket: {} }).url()).toBe('https://api.example/');
  });

  it('has the whole path inside a router', () => {
    expect(adapt({ url: '/7', originalUrl: '/orders/7', headers: { host: 'api.example' } }).url()).toBe(
      'http://api.example/orders/7',
    );
  });

  it('[REQUEST-FORWARDED] is not taken from forwarded headers', () => {
    const rawHeaders = [
      'X-Forwarded-Proto',
      'https',
      'X-Forwarded-Host',
      'evil.example',
      'Forwarded',
      'host=evil.example',
    ];
    expect(adapt({ url: '/', rawHeaders, headers: { host: 'api.example' } }).url()).toBe('http://api.example/');
  });

  it('is the target itself if that is a URL (RFC 9112, section 3.2.2), and has no path if it is "*"', () => {
    const headers = { host: 'api.example' };
    expect(adapt({ url: 'http://other.example/x?y', headers }).url()).toBe('http://other.example/x?y');
    expect(adapt({ url: 'http://other.example/', headers }).url()).toBe('http://other.example/');
    expect(adapt({ url: '*', headers }).url()).toBe('http://api.example/');
    expect(adapt({ url: '//other.example/x', headers }).url()).toBe('http://api.example//other.example/x');
  });

  it('and the method have a default for every missing member', () => {
    expect(adapt({}).url()).toBe('http://localhost/');
    expect(adapt({}).method).toBe('GET');
    expect(adapt({ method: 'POST' }).method).toBe('POST');
  });
});

describe('a request that a Node.js server received', () => {
  let server: Server;
  let port: number;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { method, url, header } = bind(fromNodeRequest(request));
      response.end(JSON.stringify({ method, url: url(), authorization: header('authorization') }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });

  afterAll(() => {
    server.close();
  });

  it('[REQUEST-REPEATED] has both values of a repeated Authorization header', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /a?b HTTP/1.1\r\nHost: api.example\r\nAuthorization: Bearer a\r\n');
    socket.end('AUTHORIZATION: Bearer b\r\nConnection: close\r\n\r\n');
    const answer = await text(socket);
    expect(JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1))).toEqual({
      method: 'GET',
      url: 'http://api.example/a?b',
      authorization: ['Bearer a', 'Bearer b'],
    });
  });

  it('has a single Authorization header as it was sent', async () => {
    const headers = { host: 'api.example', authorization: 'Bearer  a' };
    const sent = send({ port, host: '127.0.0.1', method: 'PUT', path: '/x', headers, agent: false }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect(JSON.parse(await text(response))).toEqual({
      method: 'PUT',
      url: 'http://api.example/x',
      authorization: ['Bearer  a'],
    });
  });
});

describe('a request that an HTTP/2 server received', () => {
  async function receive(...headers: readonly string[]): Promise<unknown> {
    const server = createHttp2Server((request, response) => {
      const { url, header } = bind(fromNodeRequest(request));
      response.end(JSON.stringify({ url: url(), authorization: header('authorization') }));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // Node.js refuses to send a repeated Authorization otherwise.
    const client = connectHttp2(origin, Object({ strictSingleValueFields: false }));
    const pseudo = [':method', 'GET', ':scheme', 'http', ':authority', 'api.example', ':path', '/a'];
    const answer = await text(client.request(Object([...pseudo, ...headers])));
    client.close();
    server.close();
    return JSON.parse(answer);
  }

  // Older versions cannot send headers as a list.
  const canSendLists = Number(process.versions.node.split('.')[0]) >= 24;

  it.runIf(canSendLists)('[REQUEST-HEADERS-DECIDE] has its header and its authority', async () => {
    const url = 'http://api.example/a';
    expect(await receive()).toEqual({ url, authorization: [] });
    expect(await receive('authorization', 'Bearer a')).toEqual({ url, authorization: ['Bearer a'] });
  });

  it.runIf(canSendLists)('[REQUEST-REPEATED] has both values of a repeated Authorization header', async () => {
    const repeated = ['authorization', 'Bearer a', 'authorization', 'Bearer b'];
    expect(await receive(...repeated)).toMatchObject({ authorization: ['Bearer a', 'Bearer b'] });
  });
});

function bind(request: RequestLike): RequestLike {
  return { method: request.method, url: () => request.url(), header: (name) => request.header(name) };
}

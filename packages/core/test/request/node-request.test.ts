import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, request as send } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromNodeRequest, type NodeRequest, type RequestLike } from '../../src/index.ts';

const bare: NodeRequest = { rawHeaders: [], headers: {} };

function adapt(request: Partial<NodeRequest>): RequestLike {
  return fromNodeRequest({ ...bare, ...request });
}

describe('a header of a Node.js request', () => {
  const rawHeaders = ['Host', 'api.example', 'AUTHORIZATION', 'Bearer a', 'x-other', 'b', 'authorization', 'Bearer c'];

  it('has every value that was sent, in order; its name is case-insensitive', () => {
    const request = adapt({ rawHeaders });
    for (const name of ['authorization', 'Authorization', 'AUTHORIZATION']) {
      expect(request.header(name)).toEqual(['Bearer a', 'Bearer c']);
    }
    expect(request.header('X-Other')).toEqual(['b']);
  });

  it('has no values if it was not sent', () => {
    expect(adapt({ rawHeaders }).header('cookie')).toEqual([]);
    expect(adapt({}).header('authorization')).toEqual([]);
  });

  it('is not mistaken for the value of another', () => {
    const request = adapt({ rawHeaders: ['x-other', 'authorization', 'y', 'Bearer a', 'x-auth-header', 'Bearer b'] });
    expect(request.header('authorization')).toEqual([]);
    expect(request.header('bearer a')).toEqual([]);
  });

  it('is read from rawHeaders, not from headers', () => {
    const headers = { host: 'api.example', authorization: 'Bearer kept' };
    expect(adapt({ rawHeaders: [], headers }).header('authorization')).toEqual([]);
  });
});

describe('the URL of a Node.js request', () => {
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

function bind(request: RequestLike): RequestLike {
  return { method: request.method, url: () => request.url(), header: (name) => request.header(name) };
}

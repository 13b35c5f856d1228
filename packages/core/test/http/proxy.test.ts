import { once } from 'node:events';
import { createServer, type Server, request as sendRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createCertificateAuthority } from '@verifier/test-issuer';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { accepted, startScenario } from '../support/scenario.ts';

const seen: string[] = [];
let proxy: Server;

// A proxy that passes requests on, opens tunnels, and notes where to.
beforeAll(async () => {
  proxy = createServer((request, response) => {
    seen.push(request.url ?? '');
    sendRequest(request.url ?? '', { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  });
  proxy.on('connect', (request, socket, head) => {
    seen.push(request.url ?? '');
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { ca } = await authority;
  setDefaultCACertificates([...getCACertificates('default'), ca]);
});

const authority = createCertificateAuthority();

afterEach(() => {
  seen.length = 0;
});

afterAll(() => {
  proxy.closeAllConnections();
  proxy.close();
});

function proxyUrl(): string {
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

describe('the proxy variables', () => {
  it('[HTTP-PROXY] are honored for https: one tunnel and one handshake serve discovery and key fetch', async () => {
    vi.stubEnv('HTTPS_PROXY', proxyUrl());
    vi.stubEnv('NO_PROXY', '');
    const scenario = await startScenario({ server: { tls: await (await authority).issue() } });
    accepted(await scenario.authenticate(scenario.token()));
    expect(seen).toEqual([`127.0.0.1:${scenario.server.port}`]);
    expect(scenario.server.counts).toMatchObject({ metadata: 1, keys: 1, tlsHandshakes: 1 });
  });

  it('are honored for http', async () => {
    vi.stubEnv('HTTP_PROXY', proxyUrl());
    vi.stubEnv('NO_PROXY', '');
    const scenario = await startScenario();
    accepted(await scenario.authenticate(scenario.token()));
    expect(seen.length).toBeGreaterThan(0);
    expect(scenario.server.counts).toMatchObject({ metadata: 1, keys: 1 });
  });

  it('do not apply to the hosts of NO_PROXY', async () => {
    vi.stubEnv('HTTP_PROXY', proxyUrl());
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    const scenario = await startScenario();
    accepted(await scenario.authenticate(scenario.token()));
    expect(seen).toEqual([]);
  });
});

describe('a certificate authority of the process', () => {
  it('is trusted without any option', async () => {
    const scenario = await startScenario({ server: { tls: await (await authority).issue() } });
    accepted(await scenario.authenticate(scenario.token()));
    expect(scenario.server.counts).toMatchObject({ connections: 1, tlsHandshakes: 1 });
  });
});

import { once } from 'node:events';
import { createServer, request as sendRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { onTestFinished, vi } from 'vitest';

/** A proxy on loopback that reaches every host at 127.0.0.1, on the port of the request. */
export interface ProxyServer {
  readonly host: string;
  readonly url: string;
  /** The URLs that it forwarded, and the hosts to which it opened tunnels, in order. */
  readonly seen: readonly string[];
  /** The `Proxy-Authorization` headers that it received. */
  readonly credentials: readonly string[];
}

const variables = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

/** Replaces the proxy variables of this process until the end of the test. */
export function stubProxyVariables(values: Readonly<Record<string, string>>): void {
  for (const name of variables) vi.stubEnv(name, values[name]);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** Starts a proxy that ends with the test. */
export async function startProxy(): Promise<ProxyServer> {
  const seen: string[] = [];
  const credentials: string[] = [];
  const note = (target: string | undefined, authorization: string | undefined): URL => {
    seen.push(target ?? '');
    if (authorization !== undefined) credentials.push(authorization);
    const url = new URL(URL.canParse(target ?? '') && target?.includes('//') ? target : `http://${target}`);
    url.hostname = '127.0.0.1';
    return url;
  };
  const server = createServer((request, response) => {
    const target = note(request.url, request.headers['proxy-authorization']);
    sendRequest(target, { headers: request.headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    })
      .on('error', () => response.writeHead(502).end())
      .end();
  });
  server.on('connect', (request, socket, head) => {
    const { port } = note(request.url, request.headers['proxy-authorization']);
    const upstream = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, url: `http://${host}`, seen, credentials };
}

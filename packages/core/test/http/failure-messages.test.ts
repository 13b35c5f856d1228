import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCertificateAuthority, faults, startFaultServer } from '@verifier/test-issuer';
import { describe, expect, it, type MockInstance, onTestFinished, vi } from 'vitest';
import { createVerifier, type IssuerOptions } from '../../src/index.ts';
import { stubProxyVariables } from '../support/proxy-server.ts';
import { audience } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

const key = generateTestKey('ES256');

function spyOnWarnings(): MockInstance<typeof process.emitWarning> {
  return vi.spyOn(process, 'emitWarning').mockClear().mockReturnValue(undefined);
}

/** The message of the error of `warmUp`, which the warning about the outage contains, too. */
async function failureOf(options: Pick<IssuerOptions, 'issuer' | 'jwksUri'>, insecure?: string[]): Promise<string> {
  const warn = spyOnWarnings();
  const verifier = createVerifier({
    ...options,
    audience,
    http: { ...(insecure && { dangerouslyAllowInsecure: insecure }), timeout: 2 },
  });
  onTestFinished(() => verifier.close());
  const error: AggregateError = await verifier.warmUp().then(
    () => Object(undefined),
    (thrown) => thrown,
  );
  const [first] = error.errors;
  expect(error.message).toContain(first.message);
  const outage = warn.mock.calls.find(([, given]) =>
    ['VERIFIER_OUTAGE', 'VERIFIER_KEY_SET_INVALID'].includes(Object(given).code),
  );
  expect(outage?.[0]).toContain(first.message);
  return first.message;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.on('connect', (_request, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the message about a failed fetch', () => {
  it('[KEYS-REASON] names the URL and the code of a refused connection', async () => {
    const server = await startFaultServer();
    const { issuer } = server;
    await server.stop();
    expect(await failureOf({ issuer })).toContain(
      `${issuer}/.well-known/openid-configuration: The connection failed (ECONNREFUSED)`,
    );
  });

  it('[KEYS-REASON] names the URL and the status', async () => {
    const server = await startFaultServer();
    onTestFinished(() => server.stop());
    server.publish(keySetOf(key));
    server.fail('keys', faults.status(503));
    const message = await failureOf({ issuer: server.issuer });
    expect(message).toMatch(/http:\/\/127\.0\.0\.1:\d+\/\S+: The answer has the status 503/);
  });

  it('[KEYS-REASON] names the URL and the content type of a page', async () => {
    const origin = await serve((_request, response) => response.setHeader('content-type', 'text/html').end('<html>'));
    const jwksUri = `${origin}/keys`;
    expect(await failureOf({ issuer: origin, jwksUri })).toContain(`${jwksUri}: The answer is text/html, not JSON`);
  });

  it('[KEYS-REASON] names the URL of a document without a usable key', async () => {
    const origin = await serve((_request, response) => response.end('{"keys":[]}'));
    const jwksUri = `${origin}/keys`;
    expect(await failureOf({ issuer: origin, jwksUri })).toContain(`The key set at ${jwksUri} contains no usable key`);
  });

  it('[KEYS-REASON] calls a certificate a certificate', async () => {
    const authority = await createCertificateAuthority();
    const server = await startFaultServer({ tls: await authority.issue({ host: '127.0.0.1' }) });
    onTestFinished(() => server.stop());
    const message = await failureOf({ issuer: server.issuer });
    expect(message).toMatch(/: The certificate of the server is not accepted \([A-Z_]+\)/);
    expect(message).not.toContain('connection failed');
  });

  it('[KEYS-REASON] names the time limit of a server that does not answer', async () => {
    const origin = await serve(() => undefined);
    const message = await failureOf({ issuer: origin });
    expect(message).toContain(`${origin}/.well-known/openid-configuration: No complete answer in 2 s`);
  });

  it('[KEYS-REASON] names a port that fetch does not connect to', async () => {
    const jwksUri = 'http://127.0.0.1:6000/keys';
    expect(await failureOf({ issuer: 'http://127.0.0.1:6000', jwksUri })).toContain(
      `${jwksUri}: The connection failed (bad port)`,
    );
  });

  it('[KEYS-REASON] shows the failures of every place of the metadata', async () => {
    const origin = await serve((request, response) => {
      response.statusCode = request.url?.includes('oauth-authorization-server') === true ? 500 : 404;
      response.end();
    });
    const message = await failureOf({ issuer: `${origin}/tenant` });
    expect(message).toContain(`${origin}/tenant/.well-known/openid-configuration: The answer has the status 404`);
    expect(message).toContain(`${origin}/.well-known/oauth-authorization-server/tenant: The answer has the status 500`);
  });
});

describe('the message about a fetch through a proxy', () => {
  it.each(['http', 'https'])('[KEYS-REASON] names a proxy that requires credentials, for %s', async (scheme) => {
    const proxy = await serve((_request, response) => response.writeHead(407).end());
    stubProxyVariables({ HTTP_PROXY: proxy.replace('//', '//user:password@') });
    const issuer = `${scheme}://issuer.example`;
    const message = await failureOf({ issuer }, scheme === 'http' ? [issuer] : undefined);
    expect(message).toContain(`The proxy requires credentials (status 407), through the proxy ${proxy}`);
    expect(message).not.toContain('password');
  });

  it('[KEYS-REASON] names a proxy that cannot be reached, and none for a host of NO_PROXY', async () => {
    const proxy = 'http://127.0.0.1:9';
    stubProxyVariables({ HTTPS_PROXY: proxy, NO_PROXY: '.direct.invalid' });
    expect(await failureOf({ issuer: 'https://issuer.invalid' })).toContain(
      `The connection failed (ECONNREFUSED), through the proxy ${proxy}`,
    );
    expect(await failureOf({ issuer: 'https://a.direct.invalid' })).not.toContain('proxy');
  });
});

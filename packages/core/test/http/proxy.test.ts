import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createCertificateAuthority, type FaultServer, startFaultServer } from '@verifier/test-issuer';
import { Agent } from 'undici';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createVerifier, type HttpOptions, type Verifier } from '../../src/index.ts';
import { configurationErrorIn } from '../support/expected-errors.ts';
import { type ProxyServer, startProxy, stubProxyVariables } from '../support/proxy-server.ts';
import { accepted, startScenario } from '../support/scenario.ts';
import { audience } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

const authority = createCertificateAuthority();
const key = generateTestKey('ES256');
// Only the proxy reaches the fault server by this name.
const host = 'issuer.example';
const fetches = { metadata: 1, keys: 1 };

let proxy: ProxyServer;

beforeAll(async () => {
  const { ca } = await authority;
  setDefaultCACertificates([...getCACertificates('default'), ca]);
});

beforeEach(async () => {
  proxy = await startProxy();
  // An issuer without TLS is a warning.
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});

async function startIssuer(options: Parameters<typeof startFaultServer>[0] = { host }): Promise<FaultServer> {
  const server = await startFaultServer(options);
  server.publish(keySetOf(key));
  onTestFinished(() => server.stop());
  return server;
}

/** A verifier of an issuer that need not use TLS. */
function verifierOf(issuer: string, http: HttpOptions = {}): Verifier {
  const dangerouslyAllowInsecure = issuer.startsWith('http:') ? { dangerouslyAllowInsecure: [issuer] } : {};
  const verifier = createVerifier({ issuer, audience, http: { ...dangerouslyAllowInsecure, ...http } });
  onTestFinished(() => verifier.close());
  return verifier;
}

describe('the proxy variables', () => {
  it('[HTTP-PROXY] are honored for https: one tunnel and one handshake serve discovery and key fetch', async () => {
    stubProxyVariables({ HTTPS_PROXY: proxy.url });
    const server = await startIssuer({ host, tls: await (await authority).issue({ host }) });
    await verifierOf(server.issuer).warmUp();
    expect(proxy.seen).toEqual([`${host}:${server.port}`]);
    expect(server.counts).toMatchObject({ ...fetches, tlsHandshakes: 1 });
  });

  it.each(['HTTP_PROXY', 'http_proxy'])('[HTTP-PROXY] are honored for http, as %s', async (name) => {
    stubProxyVariables({ [name]: proxy.url });
    const server = await startIssuer();
    await verifierOf(server.issuer).warmUp();
    expect(proxy.seen).toHaveLength(2);
    expect(server.counts).toMatchObject(fetches);
  });

  it('[HTTP-PROXY] name one proxy for both schemes if only HTTP_PROXY is set', async () => {
    stubProxyVariables({ HTTP_PROXY: proxy.url });
    const server = await startIssuer({ host, tls: await (await authority).issue({ host }) });
    await verifierOf(server.issuer).warmUp();
    expect(proxy.seen).toEqual([`${host}:${server.port}`]);
  });

  it.each([
    ['no scheme', () => proxy.host],
    ['no scheme and a slash', () => `${proxy.host}/`],
    ['a scheme in upper case', () => `HTTP://${proxy.host}`],
    ['spaces around it', () => ` ${proxy.url} `],
  ])('[HTTP-PROXY-FORM] may have %s', async (_case, value) => {
    stubProxyVariables({ HTTPS_PROXY: value(), HTTP_PROXY: value() });
    const server = await startIssuer();
    await verifierOf(server.issuer).warmUp();
    expect(proxy.seen).toHaveLength(2);
  });

  it('[HTTP-PROXY-FORM] may have credentials without a scheme', async () => {
    stubProxyVariables({ HTTP_PROXY: `user:p%40ss@${proxy.host}` });
    const server = await startIssuer();
    await verifierOf(server.issuer).warmUp();
    const expected = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(new Set(proxy.credentials)).toEqual(new Set([expected]));
  });

  it.each(['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy'])(
    '[HTTP-PROXY-FORM] are a ConfigurationError at creation that names %s but not its value, if that names no proxy',
    (name) => {
      for (const value of [
        'ftp://proxy.example',
        'http:///?',
        'proxy.example:port',
        'se cret',
        '://x',
        'http://%zz:b@c',
        '[:1]',
        '"http://proxy.example:8080"',
        "'proxy.example:8080'",
        '$CORPORATE_PROXY',
        'http//proxy.example:8080',
        'http:/proxy.example:8080',
        'http://http://proxy.example:8080',
        'proxy.example/proxy.pac',
      ]) {
        stubProxyVariables({ [name]: value });
        const options = { issuer: 'https://issuer.example', audience };
        const [message, ofResolver] = [options, { issuers: () => undefined }].map(
          (each) => configurationErrorIn(() => createVerifier(each)).message,
        );
        expect(message).toContain(`The environment variable ${name} must name a proxy`);
        expect(message).not.toContain(value);
        expect(ofResolver).toBe(message);
      }
    },
  );

  it('[HTTP-PROXY-FORM] are not read if they are empty, or if the application fetches by itself', async () => {
    stubProxyVariables({ HTTP_PROXY: '', HTTPS_PROXY: ' ' });
    await verifierOf('https://issuer.example').close();
    stubProxyVariables({ HTTP_PROXY: 'ftp://proxy.example' });
    await verifierOf('https://issuer.example', { fetch }).close();
    const dispatcher = new Agent();
    await verifierOf('https://issuer.example', { dispatcher }).close();
    await dispatcher.close();
  });

  it('do not apply to a verifier with its own dispatcher', async () => {
    stubProxyVariables({ HTTP_PROXY: proxy.url });
    const dispatcher = new Agent();
    const server = await startIssuer({ host: '127.0.0.1' });
    await verifierOf(server.issuer, { dispatcher }).warmUp();
    expect(proxy.seen).toEqual([]);
    expect(server.counts).toMatchObject(fetches);
    await dispatcher.close();
  });

  it('[HTTP-CLOSE] that name a proxy that is gone are an outage, and close() does not reject', async () => {
    stubProxyVariables({ HTTP_PROXY: '127.0.0.1:9' });
    const { issuer } = await startIssuer();
    const verifier = verifierOf(issuer);
    await expect(verifier.warmUp()).rejects.toMatchObject({ errors: [{ code: 'ERR_DISCOVERY_FAILED', status: 503 }] });
    await expect(verifier.close()).resolves.toBeUndefined();
  });
});

describe('[HTTP-PROXY-LOOPBACK] loopback', () => {
  it('is never fetched through a proxy, which could replace the keys', async () => {
    stubProxyVariables({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
    for (const options of [{ host: '127.0.0.1' }, { host: 'localhost' }]) {
      const server = await startIssuer(options);
      const verifier = createVerifier({ issuer: server.issuer, audience });
      await verifier.warmUp();
      await verifier.close();
      expect(server.counts).toMatchObject(fetches);
    }
    expect(proxy.seen).toEqual([]);
  });

  it.each([
    'http://127.1.2.3',
    'http://127.255.255.255',
    'http://[::1]',
    'http://a.localhost',
    'http://A.B.LocalHost',
    'https://localhost.',
    'https://[::ffff:127.0.0.1]',
    'https://[0:0:0:0:0:0:0:1]',
    'https://0x7f.1',
  ])('has many names: %s', async (origin) => {
    stubProxyVariables({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: 'other.example' });
    const verifier = createVerifier({ issuer: `${origin}:9`, audience, http: { timeout: 0.5 } });
    await expect(verifier.warmUp()).rejects.toThrow();
    await verifier.close();
    expect(proxy.seen).toEqual([]);
  });

  it('is https for every other name, so that a proxy only opens a tunnel', async () => {
    stubProxyVariables({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
    const tls = await (await authority).issue({ host: 'notlocalhost' });
    const server = await startIssuer({ host: 'notlocalhost', tls });
    await verifierOf(server.issuer).warmUp();
    expect(proxy.seen).toEqual([`notlocalhost:${server.port}`]);
  });
});

describe('[HTTP-NO-PROXY] NO_PROXY', () => {
  /** Whether an issuer is fetched through the proxy, by its keys or by the proxy's own record. */
  async function isProxied(noProxy: string, name: string): Promise<boolean> {
    stubProxyVariables({ HTTP_PROXY: proxy.url, NO_PROXY: noProxy });
    const before = proxy.seen.length;
    const server = await startIssuer({ host: name });
    const verifier = verifierOf(server.issuer, { timeout: 0.2 });
    await verifier.warmUp().catch(() => undefined);
    await verifier.close();
    return proxy.seen.length > before;
  }

  it.each([
    ['*', 'api.example.com'],
    ['example.com', 'example.com'],
    ['example.com', 'api.example.com'],
    ['EXAMPLE.com', 'api.example.com'],
    ['.example.com', 'api.example.com'],
    ['*.example.com', 'api.example.com'],
    ['other.example, example.com', 'example.com'],
    ['other.example example.com', 'example.com'],
    ['10.1.2.3', '10.1.2.3'],
    ['10.0.0.0/8', '10.255.255.255'],
    ['other.example,10.0.0.0/8', '10.1.2.3'],
    ['0.0.0.0/0', '192.0.2.1'],
    ['192.0.2.128/25', '192.0.2.129'],
    ['fd00::/8', '[fd12:3456::1]'],
    ['[fd00::]/8', '[fd12:3456::1]'],
    ['fd12:3456::1', '[fd12:3456::1]'],
    ['[fd12:3456::1]', '[fd12:3456::1]'],
    ['fd12:3456:0:0:0:0:0:1', '[fd12:3456::1]'],
    // ::ffff:10.1.2.3, as a URL has it.
    ['10.0.0.0/8', '[::ffff:a01:203]'],
  ])('with %s covers %s', async (noProxy, name) => {
    expect(await isProxied(noProxy, name)).toBe(false);
  });

  it.each([
    ['', 'example.com'],
    ['example.com', 'notexample.com'],
    ['*.example.com', 'example.com'],
    ['example.com:1', 'example.com'],
    ['10.0.0.0/8', '11.1.2.3'],
    ['192.0.2.128/25', '192.0.2.127'],
    ['10.0.0.0/33', '10.1.2.3'],
    ['10.0.0.0/', '10.1.2.3'],
    ['10.0.0.0/eight', '10.1.2.3'],
    ['10.0.0/8', '10.1.2.3'],
    ['10.1.2.3:1', '10.1.2.3'],
    ['[fd12::1]:1', '[fd12::1]'],
    ['fd00::/8', '[fe80::1]'],
  ])('with %j does not cover %s', async (noProxy, name) => {
    expect(await isProxied(noProxy, name)).toBe(true);
  });

  it('may name a port', async () => {
    const server = await startIssuer({ host: 'example.com' });
    for (const [port, proxied] of [
      [server.port, false],
      [server.port + 1, true],
    ] as const) {
      stubProxyVariables({ HTTP_PROXY: proxy.url, no_proxy: `example.com:${port}` });
      const before = proxy.seen.length;
      const verifier = verifierOf(server.issuer, { timeout: 0.2 });
      await verifier.warmUp().catch(() => undefined);
      await verifier.close();
      expect(proxy.seen.length > before).toBe(proxied);
    }
  });
});

describe('a certificate authority of the process', () => {
  it('is trusted without any option', async () => {
    const scenario = await startScenario({ server: { tls: await (await authority).issue() } });
    accepted(await scenario.authenticate(scenario.token()));
    expect(scenario.server.counts).toMatchObject({ connections: 1, tlsHandshakes: 1 });
  });
});

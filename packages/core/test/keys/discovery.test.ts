import { setTimeout as delay } from 'node:timers/promises';
import { faults, startFaultServer } from '@verifier/test-issuer';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { insecureUrlsFor } from '../../src/http/secure-url.ts';
import { metadataUrls, parseMetadata } from '../../src/keys/discovery.ts';
import {
  accepted,
  acceptedSynchronously,
  codeOf,
  expectUnavailable,
  type Scenario,
  startScenario,
  startWarmScenario,
} from '../support/scenario.ts';
import { synchronousRuntime } from '../support/synchronous-runtime.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';
import { engines } from '../support/verifiers.ts';

const hour = 3600;
const places = ['openid', 'oauth', 'oauth-after-path', 'openid-before-path'] as const;
const elsewhere = [
  { name: '404', fault: faults.status(404) },
  { name: '401', fault: faults.status(401) },
  { name: '500', fault: faults.status(500) },
  { name: '503', fault: faults.status(503) },
  { name: 'a redirect to a page', fault: faults.redirect('/login') },
  { name: 'a page', fault: faults.htmlPage },
  { name: 'text', fault: faults.answer('Not found', { 'content-type': 'text/plain' }) },
  { name: 'a large document', fault: faults.answer(JSON.stringify('x'.repeat(300_000))) },
];

describe('metadata', () => {
  it('are requested at the URLs of OpenID Connect Discovery and RFC 8414, each once', () => {
    expect(metadataUrls('https://a.example')).toEqual([
      'https://a.example/.well-known/openid-configuration',
      'https://a.example/.well-known/oauth-authorization-server',
    ]);
    const urls = [
      'https://a.example/oauth2/default/.well-known/openid-configuration',
      'https://a.example/.well-known/oauth-authorization-server/oauth2/default',
      'https://a.example/oauth2/default/.well-known/oauth-authorization-server',
      'https://a.example/.well-known/openid-configuration/oauth2/default',
    ];
    expect(metadataUrls('https://a.example/oauth2/default')).toEqual(urls);
    expect(metadataUrls('https://a.example/oauth2/default/')).toEqual(urls);
  });

  it.each(engines.flatMap((runtime) => places.map((metadata) => ({ runtime, name: runtime.name, metadata }))))(
    '[KEYS-METADATA-PLACES] are found at the place $metadata on $name',
    async ({ runtime, metadata }) => {
      const scenario = await startScenario({ runtime, server: { metadata, path: '/tenant' } });
      accepted(await scenario.authenticate(scenario.token()));
      expect(scenario.server.counts).toMatchObject({ other: places.indexOf(metadata), metadata: 1, keys: 1 });
    },
  );

  it.each(elsewhere)('[KEYS-METADATA-PLACES] are found although other places answer $name', async ({ fault }) => {
    for (const metadata of ['oauth', 'openid-before-path'] as const) {
      const scenario = await startScenario({ server: { metadata, path: '/tenant' } });
      scenario.server.fail('other', fault);
      accepted(await scenario.authenticate(scenario.token()));
      expect(scenario.server.counts).toMatchObject({ metadata: 1, keys: 1 });
    }
  });

  it('[KEYS-METADATA-PLACES] are refreshed at the place that answered last', async () => {
    const scenario = await startWarmScenario({ server: { metadata: 'openid-before-path', path: '/tenant' } });
    scenario.clock.advance(24 * hour);
    accepted(await scenario.authenticate(scenario.token()));
    await vi.waitFor(() => expect(scenario.server.counts).toMatchObject({ metadata: 1, notModified: 2 }));
    expect(scenario.server.counts.other).toBe(0);
  });

  it('[KEYS-METADATA-PLACES] that moved to another place are found there', async () => {
    const scenario = await startWarmScenario({ server: { path: '/tenant' } });
    const moved = JSON.stringify({ issuer: scenario.server.issuer, jwks_uri: scenario.server.jwksUri });
    scenario.server.fail('metadata', faults.status(404));
    scenario.server.fail('other', faults.answer(moved));
    scenario.clock.advance(24 * hour);
    accepted(await scenario.authenticate(scenario.token()));
    await vi.waitFor(() => expect(scenario.eventsOf('refreshed')).toHaveLength(2));
    expect(scenario.server.counts).toMatchObject({ metadata: 1, other: 1 });
  });

  it.each(elsewhere)(
    '[KEYS-METADATA-PLACES] are requested once at each place if all answer $name',
    async ({ fault }) => {
      const scenario = await startScenario({ server: { path: '/tenant' } });
      for (const document of ['metadata', 'other'] as const) scenario.server.fail(document, fault);
      await expectUnavailable(scenario, scenario.authenticate(scenario.token()));
      await expectUnavailable(scenario, scenario.authenticate(scenario.token()));
      expect(scenario.server.requests.map(({ url }) => url)).toEqual(
        metadataUrls(scenario.server.issuer).map((url) => url.slice(scenario.server.origin.length)),
      );
    },
  );

  it.each([
    ['429', faults.status(429, { 'retry-after': '30' }), 1],
    ['nothing', faults.reset, 2],
  ])('are requested at no other place if the server answers %s', async (_name, fault, requests) => {
    const scenario = await startScenario({ server: { path: '/tenant' } });
    scenario.server.fail('metadata', fault);
    await expectUnavailable(scenario, scenario.authenticate(scenario.token()));
    expect(scenario.server.counts).toMatchObject({ other: 0, keys: 0 });
    expect(scenario.server.counts.metadata).toBeLessThanOrEqual(requests);
  });

  it('[KEYS-METADATA-PLACES] are requested within one time limit', async () => {
    const options = { server: { metadata: 'openid-before-path', path: '/tenant' }, http: { timeout: 0.5 } } as const;
    const scenario = await startScenario(options);
    scenario.server.fail('other', faults.slow(0.3));
    const result = await scenario.authenticate(scenario.token());
    expect(result).toMatchObject({ ok: false, error: { code: 'ERR_DISCOVERY_FAILED', cause: { fault: 'timeout' } } });
    expect(scenario.server.counts).toMatchObject({ metadata: 0, keys: 0 });
  });

  it.each([
    [faults.status(503, { 'retry-after': '40' }), faults.status(404), { status: 503, retryAfter: 40 }],
    [faults.status(404), faults.status(500), { status: 500 }],
    [faults.status(500), faults.status(503, { 'retry-after': '40' }), { status: 503, retryAfter: 40 }],
    [faults.status(500), faults.status(502), { status: 500 }],
    [faults.status(404), faults.htmlPage, { fault: 'content-type' }],
    [faults.htmlPage, faults.status(502), { status: 502 }],
    [faults.status(403), faults.status(404), { status: 403 }],
    [faults.status(404), faults.redirect('/login'), { status: 302 }],
    [faults.status(404), faults.status(429), { status: 429 }],
    [faults.answer('not found', {}), faults.status(404), { fault: 'json' }],
    [faults.status(404), faults.status(410), { status: 404 }],
    [faults.status(500), faults.reset, { fault: 'network' }],
  ])(
    '[KEYS-METADATA-PLACES] that are nowhere: the most telling error is reported (%#)',
    async (first, others, cause) => {
      const scenario = await startScenario({ server: { path: '/tenant' } });
      scenario.server.fail('metadata', first);
      scenario.server.fail('other', others);
      const result = await scenario.authenticate(scenario.token());
      expect(result).toMatchObject({ ok: false, error: { code: 'ERR_DISCOVERY_FAILED', cause } });
      if ('retryAfter' in cause) expect(result).toMatchObject({ error: { retryAfter: cause.retryAfter } });
    },
  );

  it.each([
    [404, 'ERR_DISCOVERY_ISSUER_MISMATCH'],
    [503, 'ERR_DISCOVERY_FAILED'],
  ])(
    '[KEYS-METADATA-PLACES] of another issuer at a further place, where the first one answers %d: %s',
    async (status, code) => {
      const warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
      const scenario = await startScenario({ server: { path: '/tenant' } });
      const { origin, jwksUri } = scenario.server;
      scenario.server.fail('metadata', faults.status(status));
      scenario.server.fail('other', faults.answer(JSON.stringify({ issuer: origin, jwks_uri: jwksUri })));
      expect(await codeOf(scenario.authenticate(scenario.token()))).toBe(code);
      expect(scenario.server.counts.keys).toBe(0);
      const warnings = JSON.stringify(warn.mock.calls);
      expect(warnings.includes('VERIFIER_ISSUER_MISMATCH')).toBe(code === 'ERR_DISCOVERY_ISSUER_MISMATCH');
    },
  );

  it.each([
    ['another issuer', (issuer: string) => `${issuer}.example`],
    ['a slash more', (issuer: string) => `${issuer}/`],
    ['capitals', (issuer: string) => issuer.toUpperCase()],
    ['no issuer', () => undefined],
    ['a list', (issuer: string) => [issuer]],
  ])('[KEYS-METADATA-ISSUER] that name %s are not used, and no URL in them is fetched', async (_name, named) => {
    const scenario = await startScenario();
    scenario.server.announce({ issuer: named(scenario.server.issuer) });
    const result = scenario.authenticate(scenario.token());
    await expectUnavailable(scenario, result);
    expect(await codeOf(result)).toBe('ERR_DISCOVERY_ISSUER_MISMATCH');
    expect(scenario.server.counts.keys).toBe(0);
  });

  it.each([
    undefined,
    7,
    '',
    '/keys',
    'file:///etc/keys',
    'data:application/json,{}',
    'ftp://127.0.0.1/',
    'http://a.example/',
  ])('whose jwks_uri is %j are not used', async (jwksUri) => {
    const scenario = await startScenario();
    scenario.server.announce({ jwks_uri: jwksUri });
    const result = scenario.authenticate(scenario.token());
    await expectUnavailable(scenario, result);
    expect(await codeOf(result)).toBe('ERR_DISCOVERY_FAILED');
  });

  it('of a remote issuer cannot direct a verifier to its own machine', () => {
    const issuer = 'https://a.example';
    const parse = (jwksUri: string, origins: string[] = []) =>
      parseMetadata({ issuer, jwks_uri: jwksUri }, issuer, insecureUrlsFor(issuer, origins), `${issuer}/metadata`);
    expect(() => parse('http://127.0.0.1/keys')).toThrow(expect.objectContaining({ code: 'ERR_DISCOVERY_FAILED' }));
    expect(() => parse('http://localhost:3000/keys')).toThrow();
    expect(parse('https://keys.example/a')).toEqual({ jwksUri: 'https://keys.example/a' });
    expect(parse('http://keys.local/a', ['http://keys.local'])).toEqual({ jwksUri: 'http://keys.local/a' });
  });

  it('may reach the size limit of a document, and not exceed it', async () => {
    const scenario = await startScenario();
    scenario.server.announce({ scopes_supported: ['x'.repeat(300_000)] });
    expect(await codeOf(scenario.authenticate(scenario.token()))).toBe('ERR_DISCOVERY_FAILED');
  });
});

describe('a metadataUri', () => {
  // The issuer is another place than the document: nothing answers there.
  const issuer = 'http://127.0.0.1:1/guid/v2.0/';

  async function startApart(named: string | undefined = issuer, options: object = {}): Promise<Scenario> {
    const server = await startFaultServer({ path: '/tenant/policy/v2.0' });
    onTestFinished(() => server.stop());
    const metadataUri = `${server.issuer}/.well-known/openid-configuration`;
    const scenario = await startScenario({ issuer, metadataUri, ...options });
    server.announce({ issuer: named });
    server.publish(keySetOf(scenario.key));
    return { ...scenario, server };
  }

  it.each(engines)('[KEYS-METADATA-URI] names the metadata apart from the issuer ($name)', async (runtime) => {
    const scenario = await startApart(issuer, { runtime });
    accepted(await scenario.authenticate(scenario.token(scenario.key, { iss: issuer })));
    expect(scenario.server.counts).toMatchObject({ metadata: 1, keys: 1, other: 0 });
  });

  it.each([undefined, 'http://127.0.0.1:1/guid/v2.0', 'http://127.0.0.1:1/tenant/policy/v2.0/'])(
    '[KEYS-METADATA-URI] is not used if the metadata name the issuer %s',
    async (named) => {
      const scenario = await startApart(named ?? 'https://other.example');
      const result = scenario.authenticate(scenario.token(scenario.key, { iss: issuer }));
      expect(await codeOf(result)).toBe('ERR_DISCOVERY_ISSUER_MISMATCH');
      expect(scenario.server.counts).toMatchObject({ metadata: 1, keys: 0, other: 0 });
    },
  );

  it.each([404, 500])('[KEYS-METADATA-URI] is the only place that is asked: %d', async (status) => {
    const scenario = await startApart();
    scenario.server.fail('metadata', faults.status(status));
    const result = scenario.authenticate(scenario.token(scenario.key, { iss: issuer }));
    expect(await codeOf(result)).toBe('ERR_DISCOVERY_FAILED');
    expect(scenario.server.counts).toMatchObject({ metadata: 1, keys: 0, other: 0 });
  });

  it.each(['acme.com', 'urn:example:issuer', 'http://adfs.example/adfs/services/trust'])(
    '[KEYS-METADATA-URI] needs no URL as issuer: %s',
    async (text) => {
      const server = await startFaultServer();
      onTestFinished(() => server.stop());
      vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
      const scenario = await startScenario({
        issuer: text,
        metadataUri: `${server.origin}/.well-known/openid-configuration`,
        http: { dangerouslyAllowInsecure: [server.origin] },
      });
      server.announce({ issuer: text });
      server.publish(keySetOf(scenario.key));
      accepted(await scenario.authenticate(scenario.token(scenario.key, { iss: text })));
      expect(await codeOf(scenario.authenticate(scenario.token(scenario.key, { iss: `${text}/` })))).toBe(
        'ERR_ISSUER_UNKNOWN',
      );
    },
  );

  it('elsewhere cannot direct a verifier to its own machine, whatever the issuer looks like', () => {
    const named = 'http://tenant.localhost:8080/uaa/oauth/token';
    const insecure = insecureUrlsFor('https://uaa.example/.well-known/openid-configuration', []);
    expect(() => parseMetadata({ issuer: named, jwks_uri: 'http://127.0.0.1/keys' }, named, insecure, named)).toThrow(
      expect.objectContaining({ code: 'ERR_DISCOVERY_FAILED' }),
    );
  });
});

describe('the life of metadata', () => {
  it('[KEYS-METADATA-LIFE] is a day, and they are refreshed in the background together with the keys', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime, keyCache: { ttl: hour } });
    for (let elapsed = 0; elapsed < 48; elapsed += 1 / 12) {
      scenario.clock.advance(hour / 12);
      acceptedSynchronously(scenario.authenticate(scenario.token()));
      await scenario.settled();
    }
    expect(scenario.server.counts.metadata).toBeGreaterThanOrEqual(2);
    expect(scenario.server.counts.metadata).toBeLessThanOrEqual(3);
    expect(scenario.eventsOf('refreshed').filter(({ document }) => document === 'metadata').length).toBeGreaterThan(1);
  });

  it('ends with a conditional request, and a 304 confirms them', async () => {
    const scenario = await startWarmScenario({ keyCache: { ttl: hour } });
    scenario.clock.advance(24 * hour);
    accepted(await scenario.authenticate(scenario.token()));
    while (scenario.eventsOf('refreshed').length < 2) await delay(1);
    expect(scenario.server.counts).toMatchObject({ metadata: 1, keys: 1, notModified: 2 });
  });

  it('does not end while they cannot be fetched: the cached jwks_uri stays in use', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime, keyCache: { ttl: hour } });
    scenario.server.fail('metadata', faults.status(503));
    for (let elapsed = 0; elapsed < 60; elapsed += 1 / 12) {
      scenario.clock.advance(hour / 12);
      acceptedSynchronously(scenario.authenticate(scenario.token()));
      await scenario.settled();
    }
    expect(scenario.keyStats()).toMatchObject({ state: 'fresh', failures: 0, lastError: null });
    expect(scenario.eventsOf('refresh-failed').every(({ document }) => document === 'metadata')).toBe(true);
    expect(scenario.eventsOf('outage-entered')).toEqual([]);
  });

  it('is not shortened by unknown keys', async () => {
    const scenario = await startWarmScenario();
    for (let count = 0; count < 10; count += 1) {
      scenario.clock.advance(16);
      await scenario.authenticate(scenario.unknownKeyToken());
    }
    expect(scenario.server.counts.metadata).toBe(0);
    expect(scenario.server.counts.keys).toBe(10);
  });

  it('honors Retry-After if a refresh is refused', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime, keyCache: { ttl: 10 } });
    scenario.server.fail('metadata', faults.status(429, { 'retry-after': '250' }));
    scenario.clock.advance(24 * hour);
    await scenario.authenticate(scenario.token());
    await scenario.settled();
    scenario.server.resetCounts();
    for (let elapsed = 0; elapsed < 240; elapsed += 1) {
      scenario.clock.advance(1);
      acceptedSynchronously(scenario.authenticate(scenario.token()));
      await scenario.settled();
    }
    expect(scenario.server.counts.metadata).toBe(0);
    expect(scenario.server.counts.keys).toBeGreaterThan(20);
  });
});

describe('a key set that moves', () => {
  it.each([404, 410] as const)(
    '[KEYS-METADATA-MOVED] is found by the metadata when its old address answers %d',
    async (code) => {
      const scenario = await startWarmScenario();
      const next = generateTestKey('ES256');
      scenario.server.missingStatus = code;
      scenario.server.keysPath = '/moved';
      scenario.server.publish(keySetOf(scenario.key, next));
      accepted(await scenario.authenticate(scenario.token(next)));
      expect(scenario.server.requests.map(({ url }) => url)).toEqual([
        '/keys',
        '/.well-known/openid-configuration',
        '/moved',
      ]);
    },
  );

  it('that is gone is one failed fetch', async () => {
    const scenario = await startWarmScenario();
    scenario.server.fail('keys', faults.status(410));
    await expectUnavailable(scenario, scenario.authenticate(scenario.unknownKeyToken()));
    expect(scenario.server.counts).toMatchObject({ keys: 1, metadata: 1 });
  });

  it.each([401, 403, 500, 503])('[KEYS-METADATA-MOVED] is not discovered again if its URL answers %d', async (code) => {
    const scenario = await startWarmScenario();
    scenario.server.fail('keys', faults.status(code));
    await expectUnavailable(scenario, scenario.authenticate(scenario.unknownKeyToken()));
    expect(scenario.server.counts).toMatchObject({ keys: 1, metadata: 0 });
  });

  it('is followed only if the metadata name the configured issuer', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    scenario.server.fail('keys', faults.status(404));
    scenario.server.announce({ issuer: 'https://evil.example', jwks_uri: `${scenario.server.origin}/evil` });
    expect(await codeOf(scenario.authenticate(scenario.unknownKeyToken()))).toBe('ERR_DISCOVERY_ISSUER_MISMATCH');
    expect(scenario.server.counts.other).toBe(0);
    acceptedSynchronously(scenario.authenticate(scenario.token()));
  });

  it('is not discovered again if its URL was configured', async () => {
    const scenario = await startScenario();
    const configured = await startScenario({ jwksUri: scenario.server.jwksUri });
    scenario.server.fail('keys', faults.status(404));
    await expectUnavailable(configured, configured.authenticate(configured.token()));
    expect(scenario.server.counts).toMatchObject({ keys: 1, metadata: 0 });
    expect(configured.server.counts).toMatchObject({ keys: 0, metadata: 0 });
  });
});

describe('one document without the other', () => {
  it('metadata unavailable at the start, keys available: 503, and no URL is guessed', async () => {
    const scenario = await startScenario();
    scenario.server.fail('metadata', faults.status(500));
    expect(await codeOf(scenario.authenticate(scenario.token()))).toBe('ERR_DISCOVERY_FAILED');
    expect(scenario.server.counts.keys).toBe(0);
  });

  it('keys unavailable at the start, metadata available: 503, and the metadata are fetched once', async () => {
    const scenario = await startScenario();
    scenario.server.fail('keys', faults.status(500));
    for (let count = 0; count < 4; count += 1) {
      expect(await codeOf(scenario.authenticate(scenario.token()))).toBe('ERR_KEY_SET_UNAVAILABLE');
      scenario.clock.advance(60);
    }
    expect(scenario.server.counts).toMatchObject({ metadata: 1, keys: 4 });
    scenario.server.heal();
    accepted(await scenario.authenticate(scenario.token()));
  });
});

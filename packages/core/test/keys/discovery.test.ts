import { setTimeout as delay } from 'node:timers/promises';
import { faults } from '@verifier/test-issuer';
import { describe, expect, it } from 'vitest';
import { metadataUrls, parseMetadata } from '../../src/keys/discovery.ts';
import { createTestKey, keySetOf } from '../fixtures/test-key.ts';
import { openStage, openWarmStage, refusal, served, servedAtOnce, unavailable } from './stage.ts';

const hour = 3600;

describe('metadata', () => {
  it('are looked for where OpenID Connect and RFC 8414 put them', () => {
    expect(metadataUrls('https://a.example')).toEqual([
      'https://a.example/.well-known/openid-configuration',
      'https://a.example/.well-known/oauth-authorization-server',
    ]);
    expect(metadataUrls('https://a.example/oauth2/default')).toEqual([
      'https://a.example/oauth2/default/.well-known/openid-configuration',
      'https://a.example/.well-known/oauth-authorization-server/oauth2/default',
    ]);
    expect(metadataUrls('https://a.example/tenant/')[0]).toBe(
      'https://a.example/tenant/.well-known/openid-configuration',
    );
  });

  it('are found at the place of RFC 8414 where there are none of OpenID Connect', async () => {
    const stage = await openStage({ server: { metadata: 'oauth', path: '/tenant' } });
    served(await stage.ask(stage.token()));
    expect(stage.server.counts).toMatchObject({ other: 1, metadata: 1, keys: 1 });
  });

  it.each([faults.status(500), faults.status(429), faults.status(302, { location: '/' }), faults.htmlPage])(
    'are not looked for elsewhere because a server is unwell',
    async (fault) => {
      const stage = await openStage();
      stage.server.fail('metadata', fault);
      await unavailable(stage, stage.ask(stage.token()));
      expect(stage.server.counts).toMatchObject({ other: 0, metadata: 1, keys: 0 });
    },
  );

  it.each([
    ['another issuer', (issuer: string) => `${issuer}.example`],
    ['a slash more', (issuer: string) => `${issuer}/`],
    ['capitals', (issuer: string) => issuer.toUpperCase()],
    ['no issuer', () => undefined],
    ['a list', (issuer: string) => [issuer]],
  ])('that name %s are not used, and nothing they name is fetched', async (_name, named) => {
    const stage = await openStage();
    stage.server.announce({ issuer: named(stage.server.issuer) });
    const result = stage.ask(stage.token());
    await unavailable(stage, result);
    expect(await refusal(result)).toBe('ERR_DISCOVERY_ISSUER_MISMATCH');
    expect(stage.server.counts.keys).toBe(0);
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
    const stage = await openStage();
    stage.server.announce({ jwks_uri: jwksUri });
    const result = stage.ask(stage.token());
    await unavailable(stage, result);
    expect(await refusal(result)).toBe('ERR_DISCOVERY_FAILED');
  });

  it('of an issuer elsewhere may not send a verifier to its own machine', () => {
    const issuer = 'https://a.example';
    const parse = (jwksUri: string, origins: string[] = []) =>
      parseMetadata({ issuer, jwks_uri: jwksUri }, issuer, origins);
    expect(() => parse('http://127.0.0.1/keys')).toThrow(expect.objectContaining({ code: 'ERR_DISCOVERY_FAILED' }));
    expect(() => parse('http://localhost:3000/keys')).toThrow();
    expect(parse('https://keys.example/a')).toEqual({ jwksUri: 'https://keys.example/a' });
    expect(parse('http://keys.local/a', ['http://keys.local'])).toEqual({ jwksUri: 'http://keys.local/a' });
  });

  it('may be as large as a document may be, and no larger', async () => {
    const stage = await openStage();
    stage.server.announce({ scopes_supported: ['x'.repeat(300_000)] });
    expect(await refusal(stage.ask(stage.token()))).toBe('ERR_DISCOVERY_FAILED');
  });
});

describe('the life of metadata', () => {
  it('is a day, and they are refreshed in the background beside the keys', async () => {
    const stage = await openWarmStage({ keyCache: { ttl: hour } });
    for (let elapsed = 0; elapsed < 48; elapsed += 1 / 12) {
      stage.clock.advance(hour / 12);
      servedAtOnce(stage.ask(stage.token()));
      await stage.calm();
    }
    expect(stage.server.counts.metadata).toBeGreaterThanOrEqual(2);
    expect(stage.server.counts.metadata).toBeLessThanOrEqual(3);
    expect(stage.eventsOf('refreshed').filter(({ document }) => document === 'metadata').length).toBeGreaterThan(1);
  });

  it('ends with a conditional request, and a 304 confirms them', async () => {
    const stage = await openWarmStage({ keyCache: { ttl: hour } });
    stage.clock.advance(24 * hour);
    served(await stage.ask(stage.token()));
    while (stage.eventsOf('refreshed').length < 2) await delay(1);
    expect(stage.server.counts).toMatchObject({ metadata: 1, keys: 1, notModified: 2 });
  });

  it('does not end while they cannot be had: the keys stay where they were known to be', async () => {
    const stage = await openWarmStage({ keyCache: { ttl: hour } });
    stage.server.fail('metadata', faults.status(503));
    for (let elapsed = 0; elapsed < 60; elapsed += 1 / 12) {
      stage.clock.advance(hour / 12);
      servedAtOnce(stage.ask(stage.token()));
      await stage.calm();
    }
    expect(stage.keyStats()).toMatchObject({ state: 'fresh', failures: 0, lastError: null });
    expect(stage.eventsOf('refresh-failed').every(({ document }) => document === 'metadata')).toBe(true);
    expect(stage.eventsOf('outage-entered')).toEqual([]);
  });

  it('is not ended early by unknown keys', async () => {
    const stage = await openWarmStage();
    for (let count = 0; count < 10; count += 1) {
      stage.clock.advance(16);
      await stage.ask(stage.strayToken());
    }
    expect(stage.server.counts.metadata).toBe(0);
    expect(stage.server.counts.keys).toBe(10);
  });

  it('honours Retry-After where a refresh is refused', async () => {
    const stage = await openWarmStage({ keyCache: { ttl: 10 } });
    stage.server.fail('metadata', faults.status(429, { 'retry-after': '250' }));
    stage.clock.advance(24 * hour);
    await stage.ask(stage.token());
    await stage.calm();
    stage.server.resetCounts();
    for (let elapsed = 0; elapsed < 240; elapsed += 1) {
      stage.clock.advance(1);
      servedAtOnce(stage.ask(stage.token()));
      await stage.calm();
    }
    expect(stage.server.counts.metadata).toBe(0);
    expect(stage.server.counts.keys).toBeGreaterThan(20);
  });
});

describe('a key set that moves', () => {
  it.each([404, 410] as const)('is found by the metadata when its old address answers %d', async (code) => {
    const stage = await openWarmStage();
    const next = createTestKey('ES256');
    stage.server.missing = code;
    stage.server.keysPath = '/moved';
    stage.server.publish(keySetOf(stage.key, next));
    served(await stage.ask(stage.token(next)));
    expect(stage.server.requests.map(({ url }) => url)).toEqual([
      '/keys',
      '/.well-known/openid-configuration',
      '/moved',
    ]);
  });

  it('that is simply gone is a failed fetch, asked for once', async () => {
    const stage = await openWarmStage();
    stage.server.fail('keys', faults.status(410));
    await unavailable(stage, stage.ask(stage.strayToken()));
    expect(stage.server.counts).toMatchObject({ keys: 1, metadata: 1 });
  });

  it.each([401, 403, 500, 503])('is not looked for where its address answers %d', async (code) => {
    const stage = await openWarmStage();
    stage.server.fail('keys', faults.status(code));
    await unavailable(stage, stage.ask(stage.strayToken()));
    expect(stage.server.counts).toMatchObject({ keys: 1, metadata: 0 });
  });

  it('is followed to an address of the right issuer only', async () => {
    const stage = await openWarmStage();
    stage.server.fail('keys', faults.status(404));
    stage.server.announce({ issuer: 'https://evil.example', jwks_uri: `${stage.server.origin}/evil` });
    expect(await refusal(stage.ask(stage.strayToken()))).toBe('ERR_DISCOVERY_ISSUER_MISMATCH');
    expect(stage.server.counts.other).toBe(0);
    servedAtOnce(stage.ask(stage.token()));
  });

  it('is not looked for where its address was configured', async () => {
    const stage = await openStage();
    const configured = await openStage({ jwksUri: stage.server.jwksUri });
    stage.server.fail('keys', faults.status(404));
    await unavailable(configured, configured.ask(configured.token()));
    expect(stage.server.counts).toMatchObject({ keys: 1, metadata: 0 });
    expect(configured.server.counts).toMatchObject({ keys: 0, metadata: 0 });
  });
});

describe('one document without the other', () => {
  it('metadata down at the start, the keys up: 503, and the keys are not guessed', async () => {
    const stage = await openStage();
    stage.server.fail('metadata', faults.status(500));
    expect(await refusal(stage.ask(stage.token()))).toBe('ERR_DISCOVERY_FAILED');
    expect(stage.server.counts.keys).toBe(0);
  });

  it('keys down at the start, the metadata up: 503, and the metadata are asked for once', async () => {
    const stage = await openStage();
    stage.server.fail('keys', faults.status(500));
    for (let count = 0; count < 4; count += 1) {
      expect(await refusal(stage.ask(stage.token()))).toBe('ERR_KEY_SET_UNAVAILABLE');
      stage.clock.advance(60);
    }
    expect(stage.server.counts).toMatchObject({ metadata: 1, keys: 4 });
    stage.server.heal();
    served(await stage.ask(stage.token()));
  });
});

import { tracingChannel } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import {
  createVerifier,
  fromFetchRequest,
  type RequestLike,
  type Verifier,
  type VerifierOptions,
  type VerifierStats,
} from '@verifier/core';
import { instrumentVerifier } from '@verifier/opentelemetry';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestMeter, type MetricPoint, type TestMeter } from './support/telemetry.ts';

let issuer: AuthorizationServer;
let meter: TestMeter;
let ends: (() => unknown)[];

beforeEach(async () => {
  issuer = await startAuthorizationServer();
  meter = createTestMeter();
  ends = [() => issuer.close(), () => meter.close()];
});

afterEach(async () => {
  for (const end of ends) await end();
});

function start(options?: VerifierOptions, name?: string): Verifier {
  const verifier = createVerifier(options ?? { issuer: issuer.issuer, audience: issuer.audience });
  const { meterProvider } = meter;
  const telemetry = instrumentVerifier(verifier, name === undefined ? { meterProvider } : { meterProvider, name });
  ends.unshift(
    () => telemetry.disable(),
    () => verifier.close(),
  );
  return verifier;
}

async function authenticate(verifier: Verifier, token?: string): Promise<void> {
  await verifier.authenticate(requestWith(token));
}

function requestWith(token: string | undefined, scheme = 'Bearer'): RequestLike {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `${scheme} ${token}` };
  return fromFetchRequest(new Request('http://127.0.0.1/', { headers }));
}

async function read(metric: string): Promise<Pick<MetricPoint, 'attributes' | 'value'>[]> {
  const points = await meter.read();
  return points.filter((point) => point.metric === metric).map(({ attributes, value }) => ({ attributes, value }));
}

const named = { 'verifier.name': 'default' };

describe('[OTEL-METRICS] the metrics of a verifier', () => {
  it('count verified and refused tokens, and look-ups in the token cache', async () => {
    const verifier = start();
    const token = await issuer.token();
    for (const sent of [token, token, token, await issuer.sign({ aud: 'api://other' }), undefined]) {
      await authenticate(verifier, sent);
    }
    expect(await read('verifier.authentications')).toEqual([
      { value: 3, attributes: named },
      { value: 1, attributes: { ...named, 'error.type': 'ERR_AUDIENCE_MISMATCH' } },
      { value: 1, attributes: { ...named, 'error.type': 'ERR_CREDENTIALS_MISSING' } },
    ]);
    expect(await read('verifier.token_cache.lookups')).toEqual([
      { value: 2, attributes: { ...named, 'verifier.result': 'hit' } },
      { value: 2, attributes: { ...named, 'verifier.result': 'miss' } },
    ]);
    expect(await read('verifier.cold_waits')).toEqual([{ value: 1, attributes: named }]);
  });

  it('describe the key set of each issuer', async () => {
    const verifier = start();
    await authenticate(verifier, await issuer.token());
    const attributes = { ...named, 'verifier.issuer': issuer.issuer };
    const [age] = await read('verifier.key_set.age');
    expect(age?.attributes).toEqual(attributes);
    expect(age?.value).toBeGreaterThanOrEqual(0);
    expect(age?.value).toBeLessThan(60);
    expect(await read('verifier.key_set.life')).toEqual([{ value: 600, attributes }]);
    expect(await read('verifier.key_set.keys')).toEqual([{ value: 1, attributes }]);
    expect(await read('verifier.key_set.refreshes')).toContainEqual({
      value: 1,
      attributes: { ...attributes, 'verifier.document': 'metadata', 'verifier.result': 'success' },
    });
  });

  it('report an outage and its failed fetches', async () => {
    const verifier = start();
    const token = await issuer.token();
    await issuer.stop();
    await authenticate(verifier, token);
    expect(await read('verifier.outage')).toMatchObject([{ value: 1 }]);
    expect(await read('verifier.fetch.failures')).toContainEqual({
      value: 1,
      attributes: { ...named, 'error.type': 'network' },
    });
    const [failed] = await read('verifier.fetch.duration');
    expect(failed).toMatchObject({
      value: { count: 1 },
      attributes: { 'verifier.document': 'metadata', 'error.type': 'network' },
    });
  });

  it('measure every authentication of a quiet process, by what it was', async () => {
    const verifier = start();
    const token = await issuer.token();
    for (const sent of [token, token, token, undefined]) await authenticate(verifier, sent);
    const attributes = { 'verifier.issuer': issuer.issuer, 'verifier.scheme': 'Bearer' };
    expect(await read('verifier.authentication.duration')).toMatchObject([
      { attributes: { ...attributes, 'verifier.token.cached': false }, value: { count: 1 } },
      { attributes: { ...attributes, 'verifier.token.cached': true }, value: { count: 2 } },
      { attributes: { 'verifier.issuer': 'other', 'error.type': 'ERR_CREDENTIALS_MISSING' }, value: { count: 1 } },
    ]);
  });

  it('[OTEL-COST] stop listening after 1,000 authentications, until the next second', async () => {
    const channel = tracingChannel('@verifier/core:authenticate');
    const verifier = start();
    const token = await issuer.token();
    await authenticate(verifier, token);
    expect(channel.hasSubscribers).toBe(true);
    for (let sent = 0; sent < 5000 && channel.hasSubscribers; sent += 1) verifier.authenticate(requestWith(token));
    expect(channel.hasSubscribers).toBe(false);
    await vi.waitFor(() => expect(channel.hasSubscribers).toBe(true), { timeout: 10_000 });
    const durations = await read('verifier.authentication.duration');
    const counts = durations.map(({ value }) => Object(value).count as number);
    expect(counts[0]).toBe(1);
    expect(counts[1]).toBeGreaterThanOrEqual(999);
  });

  it('have buckets for microseconds', async () => {
    const verifier = start();
    await authenticate(verifier, await issuer.token());
    const [duration] = await read('verifier.authentication.duration');
    const { boundaries } = Object(duration?.value).buckets;
    expect(boundaries[0]).toBe(0.000005);
    expect(boundaries.at(-1)).toBe(5);
  });
});

it('[OTEL-METRICS] DPoP proofs are counted by error, and identifiers by answer of the replay store', async () => {
  const stats = start().stats();
  const proofs = { accepted: 5, refused: { ERR_PROOF_TIME: 2 }, replay: { first: 6, repeated: 1, failed: 3 } };
  const { meterProvider } = meter;
  const telemetry = instrumentVerifier({ stats: () => ({ ...stats, proofs }) }, { meterProvider, name: 'bound' });
  ends.unshift(() => telemetry.disable());
  const bound = { 'verifier.name': 'bound' };
  const ofBound = async (metric: string): Promise<unknown> => {
    return (await read(metric)).filter(({ attributes }) => attributes['verifier.name'] === 'bound');
  };
  expect(await ofBound('verifier.dpop.proofs')).toEqual([
    { value: 5, attributes: bound },
    { value: 2, attributes: { ...bound, 'error.type': 'ERR_PROOF_TIME' } },
  ]);
  expect(await ofBound('verifier.replay.claims')).toEqual([
    { value: 6, attributes: { ...bound, 'verifier.result': 'first' } },
    { value: 1, attributes: { ...bound, 'verifier.result': 'repeated' } },
    { value: 3, attributes: { ...bound, 'verifier.result': 'error' } },
  ]);
});

describe('[OTEL-CARDINALITY] the attributes of metrics', () => {
  it('do not name any of 10,000 made-up issuers', async () => {
    const verifier = start();
    const [header, , signature] = (await issuer.token()).split('.');
    for (let made = 0; made < 10_000; made += 1) {
      const claims = { iss: `https://${made}.attacker.example`, sub: `${made}`, aud: issuer.audience };
      const token = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
      await authenticate(verifier, token);
    }
    const points = await meter.read();
    expect(points.length).toBeLessThan(40);
    expect(JSON.stringify(points)).not.toContain('attacker');
    expect(await read('verifier.authentications')).toContainEqual({
      value: 10_000,
      attributes: { ...named, 'error.type': 'ERR_ISSUER_UNKNOWN' },
    });
  });

  it('name no tenant of a resolver', async () => {
    const { set } = issuer.keys;
    const verifier = start({ issuers: (iss) => ({ issuer: iss, audience: issuer.audience, jwks: set }) });
    for (let tenant = 0; tenant < 200; tenant += 1) {
      await authenticate(verifier, await issuer.sign({ iss: `https://${tenant}.tenant.example` }));
    }
    const points = await meter.read();
    expect(points.length).toBeLessThan(40);
    expect(JSON.stringify(points)).not.toContain('tenant.example');
    expect(points.find(({ metric }) => metric === 'verifier.authentication.duration')).toMatchObject({
      attributes: { 'verifier.issuer': 'other' },
      value: { count: 200 },
    });
  });

  it('sum tenants as `other`, and the sum never decreases when one is evicted', async () => {
    const stats = start().stats();
    const [keys] = Object.values(stats.issuers);
    if (keys === undefined) throw new Error('The verifier has an issuer');
    const tenant = (refreshes: number, age: number) => ({ ...keys, configured: false, metadata: null, refreshes, age });
    let issuers: VerifierStats['issuers'] = { a: tenant(3, 10), b: tenant(2, 20) };
    const { meterProvider } = meter;
    const telemetry = instrumentVerifier({ stats: () => ({ ...stats, issuers }) }, { meterProvider, name: 'tenants' });
    ends.unshift(() => telemetry.disable());
    const ofTenants = async (metric: string): Promise<unknown> => {
      const points = await read(metric);
      return points.find(({ attributes }) => attributes['verifier.issuer'] === 'other')?.value;
    };
    expect(await ofTenants('verifier.key_set.refreshes')).toBe(5);
    expect(await ofTenants('verifier.key_set.age')).toBe(20);
    issuers = { b: tenant(4, 5) };
    expect(await ofTenants('verifier.key_set.refreshes')).toBe(7);
    expect(await ofTenants('verifier.key_set.age')).toBe(5);
    issuers = { a: tenant(1, 1), b: tenant(1, 1) };
    expect(await ofTenants('verifier.key_set.refreshes')).toBe(9);
  });
});

describe('[OTEL-SEVERAL] several verifiers', () => {
  it('have series of their own, and each authentication is measured once', async () => {
    const orders = start(undefined, 'orders');
    const bills = start(undefined, 'bills');
    await authenticate(orders, await issuer.token());
    await authenticate(bills, await issuer.sign({ jti: '2' }));
    const counts = await read('verifier.authentications');
    expect(counts).toEqual([
      { value: 1, attributes: { 'verifier.name': 'orders' } },
      { value: 1, attributes: { 'verifier.name': 'bills' } },
    ]);
    expect(await read('verifier.authentication.duration')).toMatchObject([{ value: { count: 2 } }]);
  });

  it('need different names', () => {
    start(undefined, 'orders');
    expect(() => start(undefined, 'orders')).toThrow(/A verifier named "orders" is already instrumented/);
  });

  it('end separately', async () => {
    const { meterProvider } = meter;
    const first = start(undefined, 'first');
    const second = createVerifier({ issuer: issuer.issuer, audience: issuer.audience });
    ends.unshift(() => second.close());
    const telemetry = instrumentVerifier(second, { meterProvider, name: 'second' });
    telemetry.disable();
    telemetry.disable();
    await authenticate(first, await issuer.token());
    expect(await read('verifier.authentications')).toEqual([{ value: 1, attributes: { 'verifier.name': 'first' } }]);
    expect(await read('verifier.authentication.duration')).toMatchObject([{ value: { count: 1 } }]);
    instrumentVerifier(second, { meterProvider, name: 'second' }).disable();
  });
});

describe('[OTEL-OPTIONS] wrong arguments', () => {
  it.each([
    ['no verifier', undefined, {}, /must be a verifier/],
    ['an unknown option', { stats: () => ({}) }, { meter: 1 }, /"meter" is not an option/],
    ['an empty name', { stats: () => ({}) }, { name: '' }, /"name"/],
  ])('are a ConfigurationError: %s', (_name, verifier, options, message) => {
    expect(() => instrumentVerifier(verifier as unknown as Verifier, options as object)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID', message: expect.stringMatching(message) }),
    );
  });
});

describe('[OTEL-DOCUMENTED] docs/observability.md', () => {
  interface Documented {
    readonly unit: string;
    readonly attributes: readonly string[];
  }

  function documented(): Map<string, Documented> {
    const page = readFileSync(new URL('../../../docs/observability.md', import.meta.url), 'utf8');
    const rows = page.matchAll(/^\| `(verifier\.[\w.]+)` \| \w+ \| `([^`]+)` \| (.*) \|$/gm);
    return new Map(
      [...rows].map(([, name = '', unit = '', attributes = '']) => [
        name,
        { unit, attributes: [...attributes.matchAll(/`((?:verifier|error)\.[\w.]+)`/g)].map(([, one = '']) => one) },
      ]),
    );
  }

  it('lists exactly the metrics that are exported, with their units and attributes', async () => {
    const verifier = start({
      issuer: issuer.issuer,
      audience: issuer.audience,
      dpop: { publicUrl: 'https://api.example' },
    });
    const bound = await issuer.sign({ cnf: { jkt: 'A'.repeat(43) } });
    const token = await issuer.token();
    await issuer.stop();
    await authenticate(verifier, token);
    await issuer.start();
    verifier.clear();
    await authenticate(verifier, token);
    await authenticate(verifier, token);
    await authenticate(verifier);
    await verifier.authenticate(requestWith(bound, 'DPoP'));
    const exported = new Map<string, { unit: string; attributes: Set<string> }>();
    for (const { metric, unit, attributes } of await meter.read()) {
      const entry = exported.get(metric) ?? { unit, attributes: new Set() };
      for (const name of Object.keys(attributes)) entry.attributes.add(name);
      exported.set(metric, entry);
    }
    const inOrder = (entries: Iterable<[string, { unit: string; attributes: Iterable<string> }]>) =>
      [...entries].map(([name, { unit, attributes }]) => [name, unit, [...attributes].sort()]).sort();
    expect(inOrder(exported)).toEqual(inOrder(documented()));
  });
});

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createCertificateAuthority, faults } from '@verifier/test-issuer';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createVerifier } from '../../src/index.ts';
import {
  accepted,
  acceptedSynchronously,
  addVerifier,
  codeOf,
  type Scenario,
  type ScenarioOptions,
  startScenario,
  startWarmScenario,
} from '../support/scenario.ts';
import { synchronousRuntime } from '../support/synchronous-runtime.ts';
import { generateTestKey } from '../support/test-key.ts';

const authority = createCertificateAuthority();

async function startSecureScenario(
  options: ScenarioOptions = {},
): Promise<Scenario & { readonly dispatched: string[] }> {
  const { ca, issue } = await authority;
  const dispatched: string[] = [];
  const agent = new Agent({ connect: { ca } });
  const dispatcher = agent.compose((dispatch) => (request, handler) => {
    dispatched.push(request.path);
    return dispatch(request, handler);
  });
  onTestFinished(() => agent.close());
  const scenario = await startScenario({ ...options, server: { tls: await issue() }, http: { dispatcher } });
  return { ...scenario, dispatched };
}

async function refresh(scenario: Scenario): Promise<void> {
  scenario.clock.advance(530);
  acceptedSynchronously(scenario.authenticate(scenario.token()));
  await scenario.settled();
}

describe('connections', () => {
  it('are shared by discovery, key fetch and refreshes: one TLS handshake', async () => {
    const scenario = await startSecureScenario({ runtime: synchronousRuntime });
    accepted(await scenario.authenticate(scenario.token()));
    for (let count = 0; count < 10; count += 1) await refresh(scenario);
    expect(scenario.server.counts).toMatchObject({ connections: 1, tlsHandshakes: 1, metadata: 1, keys: 11 });
  });

  it('are shared without TLS, too', async () => {
    const scenario = await startScenario({ runtime: synchronousRuntime });
    accepted(await scenario.authenticate(scenario.token()));
    for (let count = 0; count < 10; count += 1) await refresh(scenario);
    expect(scenario.server.counts).toMatchObject({ connections: 1, keys: 11 });
  });

  it('[HTTP-POOL] are shared by the verifiers of a process, and stay open until the last one is closed', async () => {
    const scenario = await startScenario();
    const second = addVerifier(scenario, { realm: 'second' });
    await Promise.all([scenario.verifier.warmUp(), second.warmUp()]);
    expect(scenario.server.counts).toMatchObject({ connections: 1, metadata: 1, keys: 1 });
    await scenario.verifier.close();
    await delay(20);
    expect(scenario.server.openConnections).toBe(1);
    await second.close();
    await delay(20);
    expect(scenario.server.openConnections).toBe(0);
  });

  it('survive unsuccessful answers', async () => {
    const scenario = await startWarmScenario();
    scenario.server.fail('keys', faults.status(503, {}, '{"error":"busy"}'), 3);
    for (let count = 0; count < 4; count += 1) {
      scenario.clock.advance(530);
      await scenario.authenticate(scenario.token());
      await scenario.settled();
    }
    expect(scenario.keyStats()).toMatchObject({ failures: 3, state: 'fresh' });
    expect(scenario.server.counts).toMatchObject({ connections: 0, keys: 4 });
  });

  it('survive requests for metadata at two URLs', async () => {
    const scenario = await startScenario({ server: { metadata: 'oauth' } });
    accepted(await scenario.authenticate(scenario.token()));
    expect(scenario.server.counts).toMatchObject({ connections: 1, other: 1, metadata: 1, keys: 1 });
  });

  it('[HTTP-RETRY] that were closed at the moment of use are replaced once, without an error', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    scenario.server.fail('keys', faults.closeWhenReused);
    await refresh(scenario);
    expect(scenario.keyStats()).toMatchObject({ state: 'fresh', failures: 0 });
    expect(scenario.server.counts).toMatchObject({ connections: 1, keys: 2 });
  });

  it('that were closed while idle are replaced', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    scenario.server.dropConnections();
    await delay(20);
    await refresh(scenario);
    expect(scenario.keyStats()).toMatchObject({ state: 'fresh', failures: 0 });
  });

  it('[HTTP-RETRY] that are reset each time are tried twice, and no more', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    scenario.server.fail('keys', faults.reset);
    await refresh(scenario);
    expect(scenario.keyStats()).toMatchObject({ failures: 1, lastError: 'ERR_KEY_SET_UNAVAILABLE' });
    expect(scenario.server.counts.keys).toBe(2);
  });

  it('that are reset within a document are tried twice, and may succeed', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime });
    scenario.server.hasEtags = false;
    scenario.server.fail('keys', faults.resetMidBody, 1);
    await refresh(scenario);
    expect(scenario.keyStats()).toMatchObject({ state: 'fresh', failures: 0 });
  });

  it('[HTTP-DEADLINE] are destroyed by a time-out, with all their resources', async () => {
    const scenario = await startWarmScenario({ runtime: synchronousRuntime, http: { timeout: 0.1 } });
    scenario.server.fail('keys', faults.silence);
    await refresh(scenario);
    await delay(20);
    expect(scenario.keyStats().failures).toBe(1);
    expect(scenario.server.openConnections).toBe(0);
  });

  it('are at most http.connections to one origin', async () => {
    const scenario = await startScenario({ http: { connections: 1 } });
    accepted(await scenario.authenticate(scenario.token()));
    expect(scenario.server.counts.connections).toBe(1);
  });
});

describe('an attempt to connect', () => {
  it('[HTTP-CONNECT] times out after 2 of the 5 seconds', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const issuer = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const verifier = createVerifier({ issuer, audience: 'a' });
    onTestFinished(() => verifier.close());
    const startedAt = performance.now();
    await expect(verifier.warmUp()).rejects.toThrow(issuer);
    const seconds = (performance.now() - startedAt) / 1000;
    expect(seconds).toBeGreaterThan(1.5);
    expect(seconds).toBeLessThan(4.5);
  });

  it('to an unknown host is an outage', async () => {
    const lookup = (_host: string, _options: object, done: (error: Error) => void) =>
      done(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
    const dispatcher = new Agent({ connect: { lookup: lookup as never } });
    onTestFinished(() => dispatcher.close());
    const verifier = createVerifier({ issuer: 'https://issuer.invalid', audience: 'a', http: { dispatcher } });
    onTestFinished(() => verifier.close());
    const error: unknown = await verifier.warmUp().catch((reason: unknown) => reason);
    const cause = { message: 'The connection failed (ENOTFOUND)' };
    expect((error as AggregateError).errors).toMatchObject([{ code: 'ERR_DISCOVERY_FAILED', status: 503, cause }]);
  });
});

describe('a dispatcher of the application', () => {
  it('serves every request, and is not closed', async () => {
    const scenario = await startSecureScenario({ runtime: synchronousRuntime });
    accepted(await scenario.authenticate(scenario.token()));
    await refresh(scenario);
    expect(scenario.dispatched).toEqual(['/.well-known/openid-configuration', '/keys', '/keys']);
    await scenario.verifier.close();
    const again = addVerifier(scenario);
    await again.warmUp();
    expect(scenario.dispatched).toHaveLength(5);
  });
});

describe('http without TLS', () => {
  it('is used for an origin that was allowed by name', async () => {
    const lookup = (_host: string, options: { all?: boolean }, done: (...args: unknown[]) => void) =>
      options.all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
    const dispatcher = new Agent({ connect: { lookup: lookup as never } });
    onTestFinished(() => dispatcher.close());
    const open = async (): Promise<Scenario> => {
      const probe = await startScenario();
      const origin = `http://keycloak.test:${probe.server.port}`;
      probe.server.announce({ issuer: origin, jwks_uri: `${origin}/keys` });
      const verifier = addVerifier(probe, { issuer: origin, http: { dispatcher, dangerouslyAllowInsecure: [origin] } });
      return { ...probe, verifier };
    };
    const scenario = await open();
    await scenario.verifier.warmUp();
    expect(scenario.verifier.ready()).toBe(true);
  });

  it('[HTTP-HTTPS] is not used for a remote key set that the metadata name', async () => {
    const scenario = await startScenario();
    scenario.server.announce({ jwks_uri: `http://keys.test:${scenario.server.port}/keys` });
    expect(await codeOf(scenario.authenticate(scenario.token()))).toBe('ERR_DISCOVERY_FAILED');
  });
});

describe('close()', () => {
  it('during a fetch aborts it, and waiting requests get ERR_CLOSED', async () => {
    const scenario = await startScenario();
    scenario.server.fail('keys', faults.silence);
    const waiting = scenario.authenticate(scenario.token());
    while (scenario.server.counts.keys === 0) await delay(2);
    scenario.events.length = 0;
    await scenario.verifier.close();
    expect(await codeOf(waiting)).toBe('ERR_CLOSED');
    expect(await codeOf(scenario.authenticate(scenario.token()))).toBe('ERR_CLOSED');
    expect(scenario.verifier.ready()).toBe(false);
    await delay(20);
    expect(scenario.server.openConnections).toBe(0);
    expect(scenario.eventsOf('refresh-failed')).toEqual([]);
    expect(scenario.eventsOf('outage-entered')).toEqual([]);
  });

  it('of one verifier does not affect the others', async () => {
    const scenario = await startScenario();
    const second = addVerifier(scenario, { realm: 'second' });
    scenario.server.fail('keys', faults.slow(0.1));
    const waiting = second.verify(scenario.token());
    while (scenario.server.counts.keys === 0) await delay(2);
    await scenario.verifier.close();
    expect((await waiting).issuer).toBe(scenario.server.issuer);
    expect(scenario.server.counts.keys).toBe(1);
  });
});

describe('clear()', () => {
  it('during a fetch starts a new one, whose keys are used', async () => {
    const scenario = await startScenario({ runtime: synchronousRuntime });
    scenario.server.fail('keys', faults.slow(0.1), 1);
    const waiting = scenario.authenticate(scenario.token());
    while (scenario.server.counts.keys === 0) await delay(2);
    const next = generateTestKey('ES256');
    scenario.server.publish({ keys: [next.jwk] });
    scenario.verifier.clear();
    expect(await codeOf(waiting)).toBe('ERR_KEY_NOT_FOUND');
    acceptedSynchronously(scenario.authenticate(scenario.token(next)));
  });

  it('does not turn a lookup in flight into a token error', async () => {
    const scenario = await startWarmScenario();
    const next = generateTestKey('ES256');
    scenario.server.fail('keys', faults.slow(0.1), 1);
    const waiting = scenario.authenticate(scenario.token(next));
    while (scenario.server.counts.keys === 0) await delay(2);
    scenario.server.publish({ keys: [scenario.key.jwk, next.jwk] });
    scenario.verifier.clear();
    accepted(await waiting);
  });

  it('does not shorten the Retry-After of the issuer', async () => {
    const scenario = await startScenario();
    scenario.server.fail('keys', faults.status(429, { 'retry-after': '120' }));
    await scenario.authenticate(scenario.token());
    scenario.verifier.clear();
    await scenario.authenticate(scenario.token());
    expect(scenario.server.counts.keys).toBe(1);
  });
});

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createCertificateAuthority, faults } from '@verifier/test-issuer';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createVerifier } from '../../src/index.ts';
import { createTestKey } from '../fixtures/test-key.ts';
import {
  another,
  openStage,
  openWarmStage,
  refusal,
  type Stage,
  type StageOptions,
  served,
  servedAtOnce,
} from '../keys/stage.ts';

const authority = createCertificateAuthority();

async function openSecureStage(options: StageOptions = {}): Promise<Stage & { readonly dispatched: string[] }> {
  const { ca, issue } = await authority;
  const dispatched: string[] = [];
  const agent = new Agent({ connect: { ca } });
  const dispatcher = agent.compose((dispatch) => (request, handler) => {
    dispatched.push(request.path);
    return dispatch(request, handler);
  });
  onTestFinished(() => agent.close());
  const stage = await openStage({ ...options, server: { tls: await issue() }, http: { dispatcher } });
  return { ...stage, dispatched };
}

async function refresh(stage: Stage): Promise<void> {
  stage.clock.advance(530);
  servedAtOnce(stage.ask(stage.token()));
  await stage.calm();
}

describe('connections', () => {
  it('are shared by discovery, key fetch and refreshes: one TLS handshake', async () => {
    const stage = await openSecureStage();
    served(await stage.ask(stage.token()));
    for (let count = 0; count < 10; count += 1) await refresh(stage);
    expect(stage.server.counts).toMatchObject({ connections: 1, tlsHandshakes: 1, metadata: 1, keys: 11 });
  });

  it('are shared without TLS, too', async () => {
    const stage = await openStage();
    served(await stage.ask(stage.token()));
    for (let count = 0; count < 10; count += 1) await refresh(stage);
    expect(stage.server.counts).toMatchObject({ connections: 1, keys: 11 });
  });

  it('are shared by the verifiers of a process, and stay open until the last one is closed', async () => {
    const stage = await openStage();
    const second = another(stage, { realm: 'second' });
    await Promise.all([stage.verifier.warmUp(), second.warmUp()]);
    expect(stage.server.counts).toMatchObject({ connections: 1, metadata: 1, keys: 1 });
    await stage.verifier.close();
    await delay(20);
    expect(stage.server.openConnections).toBe(1);
    await second.close();
    await delay(20);
    expect(stage.server.openConnections).toBe(0);
  });

  it('survive answers that are no success', async () => {
    const stage = await openWarmStage();
    stage.server.fail('keys', faults.status(503, {}, '{"error":"busy"}'), 3);
    for (let count = 0; count < 4; count += 1) {
      stage.clock.advance(530);
      await stage.ask(stage.token());
      await stage.calm();
    }
    expect(stage.keyStats()).toMatchObject({ failures: 3, state: 'fresh' });
    expect(stage.server.counts).toMatchObject({ connections: 0, keys: 4 });
  });

  it('survive the search for metadata at two places', async () => {
    const stage = await openStage({ server: { metadata: 'oauth' } });
    served(await stage.ask(stage.token()));
    expect(stage.server.counts).toMatchObject({ connections: 1, other: 1, metadata: 1, keys: 1 });
  });

  it('that were closed at the moment of their use are replaced once, and nobody notices', async () => {
    const stage = await openWarmStage();
    stage.server.fail('keys', faults.closeWhenReused);
    await refresh(stage);
    expect(stage.keyStats()).toMatchObject({ state: 'fresh', failures: 0 });
    expect(stage.server.counts).toMatchObject({ connections: 1, keys: 2 });
  });

  it('that were closed while idle are replaced', async () => {
    const stage = await openWarmStage();
    stage.server.dropConnections();
    await delay(20);
    await refresh(stage);
    expect(stage.keyStats()).toMatchObject({ state: 'fresh', failures: 0 });
  });

  it('that break off each time are tried twice, and no more', async () => {
    const stage = await openWarmStage();
    stage.server.fail('keys', faults.reset);
    await refresh(stage);
    expect(stage.keyStats()).toMatchObject({ failures: 1, lastError: 'ERR_KEY_SET_UNAVAILABLE' });
    expect(stage.server.counts.keys).toBe(2);
  });

  it('that break off in the middle of a document are tried twice, and may succeed', async () => {
    const stage = await openWarmStage();
    stage.server.hasEtags = false;
    stage.server.fail('keys', faults.resetMidBody, 1);
    await refresh(stage);
    expect(stage.keyStats()).toMatchObject({ state: 'fresh', failures: 0 });
  });

  it('are destroyed by a deadline, and leave nothing behind', async () => {
    const stage = await openWarmStage({ http: { timeout: 0.1 } });
    stage.server.fail('keys', faults.silence);
    await refresh(stage);
    await delay(20);
    expect(stage.keyStats().failures).toBe(1);
    expect(stage.server.openConnections).toBe(0);
  });

  it('go no further than http.connections to one origin', async () => {
    const stage = await openStage({ http: { connections: 1 } });
    served(await stage.ask(stage.token()));
    expect(stage.server.counts.connections).toBe(1);
  });
});

describe('what never becomes a connection', () => {
  it('is given up after 2 of the 5 seconds', async () => {
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

  it('because its name is unknown is as good as down', async () => {
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

describe('a dispatcher of the user', () => {
  it('serves every request, and is not closed', async () => {
    const stage = await openSecureStage();
    served(await stage.ask(stage.token()));
    await refresh(stage);
    expect(stage.dispatched).toEqual(['/.well-known/openid-configuration', '/keys', '/keys']);
    await stage.verifier.close();
    const again = another(stage);
    await again.warmUp();
    expect(stage.dispatched).toHaveLength(5);
  });
});

describe('http without TLS', () => {
  it('is spoken to an origin that was allowed by name', async () => {
    const lookup = (_host: string, options: { all?: boolean }, done: (...args: unknown[]) => void) =>
      options.all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
    const dispatcher = new Agent({ connect: { lookup: lookup as never } });
    onTestFinished(() => dispatcher.close());
    const open = async (): Promise<Stage> => {
      const probe = await openStage();
      const origin = `http://keycloak.test:${probe.server.port}`;
      probe.server.announce({ issuer: origin, jwks_uri: `${origin}/keys` });
      const verifier = another(probe, { issuer: origin, http: { dispatcher, dangerouslyAllowInsecure: [origin] } });
      return { ...probe, verifier };
    };
    const stage = await open();
    await stage.verifier.warmUp();
    expect(stage.verifier.ready()).toBe(true);
  });

  it('is not spoken to a key set elsewhere that the metadata name', async () => {
    const stage = await openStage();
    stage.server.announce({ jwks_uri: `http://keys.test:${stage.server.port}/keys` });
    expect(await refusal(stage.ask(stage.token()))).toBe('ERR_DISCOVERY_FAILED');
  });
});

describe('close()', () => {
  it('in the middle of a fetch ends it, and refuses who waits with ERR_CLOSED', async () => {
    const stage = await openStage();
    stage.server.fail('keys', faults.silence);
    const waiting = stage.ask(stage.token());
    while (stage.server.counts.keys === 0) await delay(2);
    stage.events.length = 0;
    await stage.verifier.close();
    expect(await refusal(waiting)).toBe('ERR_CLOSED');
    expect(await refusal(stage.ask(stage.token()))).toBe('ERR_CLOSED');
    expect(stage.verifier.ready()).toBe(false);
    await delay(20);
    expect(stage.server.openConnections).toBe(0);
    expect(stage.eventsOf('refresh-failed')).toEqual([]);
    expect(stage.eventsOf('outage-entered')).toEqual([]);
  });

  it('of one verifier leaves the others as they are', async () => {
    const stage = await openStage();
    const second = another(stage, { realm: 'second' });
    stage.server.fail('keys', faults.slow(0.1));
    const waiting = second.verify(stage.token());
    while (stage.server.counts.keys === 0) await delay(2);
    await stage.verifier.close();
    expect((await waiting).issuer).toBe(stage.server.issuer);
    expect(stage.server.counts.keys).toBe(1);
  });
});

describe('clear()', () => {
  it('in the middle of a fetch makes a new one, whose keys count', async () => {
    const stage = await openStage();
    stage.server.fail('keys', faults.slow(0.1), 1);
    const waiting = stage.ask(stage.token());
    while (stage.server.counts.keys === 0) await delay(2);
    const next = createTestKey('ES256');
    stage.server.publish({ keys: [next.jwk] });
    stage.verifier.clear();
    expect(await refusal(waiting)).toBe('ERR_KEY_NOT_FOUND');
    servedAtOnce(stage.ask(stage.token(next)));
  });

  it('does not turn a lookup that is under way into a token error', async () => {
    const stage = await openWarmStage();
    const next = createTestKey('ES256');
    stage.server.fail('keys', faults.slow(0.1), 1);
    const waiting = stage.ask(stage.token(next));
    while (stage.server.counts.keys === 0) await delay(2);
    stage.server.publish({ keys: [stage.key.jwk, next.jwk] });
    stage.verifier.clear();
    served(await waiting);
  });

  it('does not shorten the wait that the issuer asked for', async () => {
    const stage = await openStage();
    stage.server.fail('keys', faults.status(429, { 'retry-after': '120' }));
    await stage.ask(stage.token());
    stage.verifier.clear();
    await stage.ask(stage.token());
    expect(stage.server.counts.keys).toBe(1);
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import { type FaultServer, type FaultServerOptions, startFaultServer } from '@verifier/test-issuer';
import { afterEach, expect, onTestFinished } from 'vitest';
import type {
  AuthResult,
  KeyStats,
  SingleIssuerOptions,
  VerifiedToken,
  Verifier,
  VerifierEvent,
} from '../../src/index.ts';
import { runtime as node } from '../../src/runtime/node.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { FakeClock } from './fake-clock.ts';
import { bearerRequest } from './requests.ts';
import { audience, now, signToken } from './sign-token.ts';
import { generateTestKey, keySetOf, type TestKey } from './test-key.ts';
import { verifierOn } from './verifiers.ts';

const year = 31_536_000;

/** Options of the verifier, of its fault server, and of the runtime. */
export interface ScenarioOptions extends Partial<SingleIssuerOptions> {
  readonly server?: FaultServerOptions;
  /** The Node.js runtime by default, which verifies signatures in its thread pool. */
  readonly runtime?: Runtime;
}

/** A fault server, a fake clock, one published ES256 key, and a verifier that fetches it over a socket. */
export interface Scenario {
  readonly server: FaultServer;
  readonly clock: FakeClock;
  readonly key: TestKey;
  readonly verifier: Verifier;
  readonly options: SingleIssuerOptions;
  readonly runtime: Runtime;
  /** The events of the verifier, in order. */
  readonly events: VerifierEvent[];
  /** Returns a token that is valid for a year. */
  token(key?: TestKey, claims?: Readonly<Record<string, unknown>>): string;
  /** Returns a token with a `kid` that no key set contains. */
  unknownKeyToken(): string;
  authenticate(token: string): AuthResult | Promise<AuthResult>;
  keyStats(): KeyStats;
  /** Waits until no fetch is in flight. */
  settled(): Promise<void>;
  eventsOf<TType extends VerifierEvent['type']>(type: TType): Extract<VerifierEvent, { type: TType }>[];
}

const scenarios: { readonly verifier: Verifier; readonly server: FaultServer }[] = [];

afterEach(async () => {
  for (const { verifier, server } of scenarios.splice(0)) {
    await verifier.close();
    await server.stop();
  }
});

/** Starts a scenario in which nothing has been fetched yet. It ends with the test. */
export async function startScenario({
  server: serverOptions,
  runtime = node,
  ...options
}: ScenarioOptions = {}): Promise<Scenario> {
  const server = await startFaultServer(serverOptions);
  const clock = new FakeClock();
  const key = generateTestKey('ES256');
  server.publish(keySetOf(key));
  const events: VerifierEvent[] = [];
  const all: SingleIssuerOptions = {
    issuer: server.issuer,
    audience,
    clock,
    onEvent: (event) => events.push(event),
    ...options,
  };
  const verifier = verifierOn(runtime, all);
  scenarios.push({ verifier, server });
  const sign = (by: TestKey, claims: Readonly<Record<string, unknown>> = {}): string =>
    signToken(by, { iss: server.issuer, exp: now + year, ...claims });
  return {
    server,
    clock,
    key,
    verifier,
    options: all,
    runtime,
    events,
    token: (by = key, claims) => sign(by, claims),
    unknownKeyToken: () => sign({ ...key, kid: crypto.randomUUID(), sign: () => Buffer.alloc(64, 1) }),
    authenticate: (token) => verifier.authenticate(bearerRequest(token)),
    keyStats: () => keyStatsOf(verifier, server.issuer),
    settled: () => settled(verifier, server.issuer),
    eventsOf: (type) => events.filter((event) => event.type === type) as never,
  };
}

/** Starts a scenario with the keys in memory. Requests and events are counted from there. */
export async function startWarmScenario(options?: ScenarioOptions): Promise<Scenario> {
  const scenario = await startScenario(options);
  await scenario.verifier.warmUp();
  scenario.server.resetCounts();
  scenario.events.length = 0;
  return scenario;
}

/** Adds a verifier of the same issuer, with options of its own. It is closed after the test. */
export function addVerifier(scenario: Scenario, options: Partial<SingleIssuerOptions> = {}): Verifier {
  const verifier = verifierOn(scenario.runtime, { ...scenario.options, ...options });
  onTestFinished(() => verifier.close());
  return verifier;
}

/** Returns the statistics of an issuer's keys. Fails the test if the verifier does not list the issuer. */
export function keyStatsOf(verifier: Verifier, issuer: string): KeyStats {
  const stats = verifier.stats().issuers[issuer];
  if (stats === undefined) throw new Error(`The verifier does not list ${issuer}`);
  return stats;
}

async function settled(verifier: Verifier, issuer: string): Promise<void> {
  while (keyStatsOf(verifier, issuer).refreshing) await delay(1);
}

/**
 * Returns the token of an accepted result. Fails the test if the result is a promise.
 *
 * A token that was not seen before is verified in the thread pool, and so needs the synchronous runtime.
 */
export function acceptedSynchronously(result: AuthResult | Promise<AuthResult>): VerifiedToken {
  if (result instanceof Promise) throw new Error('The request waited');
  return accepted(result);
}

/** Returns the token of an accepted result. Fails the test if the request was refused or anonymous. */
export function accepted(result: AuthResult): VerifiedToken {
  if (!result.ok) throw new Error(`The request was refused: ${result.error.code}`);
  if (result.auth === null) throw new Error('The request was accepted as anonymous');
  return result.auth;
}

/** Returns the code of a refused result, or `accepted`. */
export async function codeOf(result: AuthResult | Promise<AuthResult>): Promise<string> {
  const settledResult = await result;
  return settledResult.ok ? 'accepted' : settledResult.error.code;
}

/** Expects a refusal to be answered with 503 and without a challenge, and returns its `Retry-After` in seconds. */
export async function expectUnavailable(scenario: Scenario, result: AuthResult | Promise<AuthResult>): Promise<number> {
  const settledResult = await result;
  if (settledResult.ok) throw new Error('The request was accepted');
  const { status, headers } = scenario.verifier.challenge(settledResult.error);
  expect(status).toBe(503);
  expect(headers['WWW-Authenticate'] ?? headers['www-authenticate']).toBeUndefined();
  const retryAfter = Number(headers['Retry-After'] ?? headers['retry-after']);
  expect(Number.isInteger(retryAfter) && retryAfter >= 1).toBe(true);
  return retryAfter;
}

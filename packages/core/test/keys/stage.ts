import { setTimeout as delay } from 'node:timers/promises';
import { type FaultServer, type FaultServerOptions, startFaultServer } from '@verifier/test-issuer';
import { afterEach, expect, onTestFinished } from 'vitest';
import { createVerifierOnRuntime } from '../../src/create-verifier.ts';
import type {
  AuthResult,
  KeyStats,
  SingleIssuerOptions,
  VerifiedToken,
  Verifier,
  VerifierEvent,
} from '../../src/index.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { createFakeClock, type FakeClock } from '../fixtures/fake-clock.ts';
import { audience, mint, now } from '../fixtures/mint.ts';
import { onThisThread } from '../fixtures/on-this-thread.ts';
import { bearerRequest } from '../fixtures/requests.ts';
import { createTestKey, keySetOf, type TestKey } from '../fixtures/test-key.ts';

const year = 31_536_000;

/** What a stage is set up with beside the options of its verifier. */
export interface StageOptions extends Partial<SingleIssuerOptions> {
  readonly server?: FaultServerOptions;
  readonly runtime?: Runtime;
}

/** An issuer that goes wrong on demand, a clock that moves on demand, and a verifier between them. */
export interface Stage {
  readonly server: FaultServer;
  readonly clock: FakeClock;
  readonly key: TestKey;
  readonly verifier: Verifier;
  readonly options: SingleIssuerOptions;
  readonly events: VerifierEvent[];
  /** A token of the issuer that is good for a year. */
  token(key?: TestKey, claims?: Readonly<Record<string, unknown>>): string;
  /** A token of this issuer whose key nobody knows. */
  strayToken(): string;
  ask(token: string): AuthResult | Promise<AuthResult>;
  keyStats(): KeyStats;
  /** Waits until no fetch is under way. */
  calm(): Promise<void>;
  eventsOf<TType extends VerifierEvent['type']>(type: TType): Extract<VerifierEvent, { type: TType }>[];
}

const stages: { readonly verifier: Verifier; readonly server: FaultServer }[] = [];

afterEach(async () => {
  for (const { verifier, server } of stages.splice(0)) {
    await verifier.close();
    await server.stop();
  }
});

/** Sets up a stage with one key published; it is taken down after the test. */
export async function openStage({ server: serverOptions, runtime, ...options }: StageOptions = {}): Promise<Stage> {
  const server = await startFaultServer(serverOptions);
  const clock = createFakeClock();
  const key = createTestKey('ES256');
  server.publish(keySetOf(key));
  const events: VerifierEvent[] = [];
  const all: SingleIssuerOptions = {
    issuer: server.issuer,
    audience,
    clock,
    onEvent: (event) => events.push(event),
    ...options,
  };
  const verifier = createVerifierOnRuntime(all, runtime ?? onThisThread);
  stages.push({ verifier, server });
  const sign = (by: TestKey, claims: Readonly<Record<string, unknown>> = {}): string =>
    mint(by, { iss: server.issuer, exp: now + year, ...claims });
  return {
    server,
    clock,
    key,
    verifier,
    options: all,
    events,
    token: (by = key, claims) => sign(by, claims),
    strayToken: () => sign({ ...key, kid: crypto.randomUUID(), sign: () => Buffer.alloc(64, 1) }),
    ask: (token) => verifier.authenticate(bearerRequest(token)),
    keyStats: () => statsOf(verifier, server.issuer),
    calm: () => calm(verifier, server.issuer),
    eventsOf: (type) => events.filter((event) => event.type === type) as never,
  };
}

/** {@link openStage} with the keys in memory, and the traffic counted from there. */
export async function openWarmStage(options?: StageOptions): Promise<Stage> {
  const stage = await openStage(options);
  await stage.verifier.warmUp();
  stage.server.resetCounts();
  stage.events.length = 0;
  return stage;
}

/** Another verifier on the same stage, closed after the test. */
export function another(stage: Stage, options: Partial<SingleIssuerOptions> = {}): Verifier {
  const verifier = createVerifierOnRuntime({ ...stage.options, ...options }, onThisThread);
  onTestFinished(() => verifier.close());
  return verifier;
}

export function statsOf(verifier: Verifier, issuer: string): KeyStats {
  const stats = verifier.stats().issuers[issuer];
  if (stats === undefined) throw new Error(`${issuer} is not known`);
  return stats;
}

async function calm(verifier: Verifier, issuer: string): Promise<void> {
  while (statsOf(verifier, issuer).refreshing) await delay(1);
}

/** The token of an answer that was there at once. */
export function servedAtOnce(result: AuthResult | Promise<AuthResult>): VerifiedToken {
  if (result instanceof Promise) throw new Error('The request had to wait');
  return served(result);
}

/** The token of an answer that lets in. */
export function served(result: AuthResult): VerifiedToken {
  if (!result.ok) throw new Error(`The request was refused: ${result.error.code}`);
  if (result.auth === null) throw new Error('The request was let in as anonymous');
  return result.auth;
}

/** The code that a request was refused with. */
export async function refusal(result: AuthResult | Promise<AuthResult>): Promise<string> {
  const settled = await result;
  return settled.ok ? 'let in' : settled.error.code;
}

/** Checks that a refusal is a 503 and never a 401, and returns its Retry-After. */
export async function unavailable(stage: Stage, result: AuthResult | Promise<AuthResult>): Promise<number> {
  const settled = await result;
  if (settled.ok) throw new Error('The request was let in');
  const { status, headers } = stage.verifier.challenge(settled.error);
  expect(status).toBe(503);
  expect(headers['WWW-Authenticate'] ?? headers['www-authenticate']).toBeUndefined();
  const retryAfter = Number(headers['Retry-After'] ?? headers['retry-after']);
  expect(Number.isInteger(retryAfter) && retryAfter >= 1).toBe(true);
  return retryAfter;
}

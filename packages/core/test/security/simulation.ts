import { setImmediate } from 'node:timers/promises';
import { isAuthError, type Requirements, type SingleIssuerOptions, type Verifier } from '../../src/index.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { audience, now, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf, type TestKey } from '../support/test-key.ts';
import { verifierOn } from '../support/verifiers.ts';

type Options = Partial<SingleIssuerOptions>;

/** One event of a simulation. */
export type Step =
  | {
      readonly kind: 'verify';
      readonly policy: number;
      readonly token: number;
      readonly scope: string | undefined;
      /** The greatest age of the login in seconds. */
      readonly maxAge?: number | undefined;
    }
  | { readonly kind: 'advance'; readonly seconds: number }
  | { readonly kind: 'skew'; readonly seconds: number }
  | { readonly kind: 'publish'; readonly keys: readonly number[] }
  | { readonly kind: 'outage'; readonly isDown: boolean }
  | { readonly kind: 'clear' };

/** The keys that are published at times. The first two have the same `kid`. */
export const keys: readonly TestKey[] = [
  generateTestKey('Ed25519', 'a'),
  generateTestKey('Ed25519', 'a'),
  generateTestKey('Ed25519', 'b'),
  generateTestKey('ES256', 'c'),
];

const unpublishedKey = generateTestKey('Ed25519', 'a');

const variations: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { exp: now + 60, iat: undefined },
  { exp: now + 700 },
  { exp: now + 1e7, scope: 'read write', auth_time: now },
  { exp: now + 1e7, aud: ['api://other', audience], scope: 'read' },
  { exp: now + 1e7, aud: 'api://other' },
  { exp: now + 1e7, nbf: now + 100 },
  { exp: now + 1e7, client_id: undefined },
  { exp: now + 1e7, cnf: { jkt: 'x' } },
  { exp: now + 1e7, sub: 'blocked' },
];

/** Valid and invalid tokens of every key, and of a key that is never published. */
export const tokens: readonly string[] = [
  ...[...keys, unpublishedKey].flatMap((key) => variations.map((claims) => signToken(key, claims))),
  ...keys.map((key) => signToken(key, { exp: now + 1e7 }, { typ: undefined })),
  ...keys.map((key) => signToken(key, { exp: now + 1e7 }, { kid: undefined })),
  ...keys.map((key) => signToken(key, { exp: now + 1e7 }, { kid: 'unknown' })),
  ...keys.map((key) => `${signToken(key, { exp: now + 1e7 }).slice(0, -4)}AAAA`),
  ...keys.map((key) => signToken(key, { exp: now + 1e7, iss: 'https://other.example' })),
  'nonsense',
];

/** The policies of the verifiers of a simulation. */
export const policies: readonly Options[] = [
  {},
  { audience: ['api://other', audience], clockTolerance: 0 },
  { maxTokenAge: 300 },
  { tokenType: 'at+jwt', requiredClaims: ['scope'] },
  { algorithms: ['EdDSA'], validate: ({ subject }) => (subject === 'blocked' ? 'blocked' : undefined) },
  { audience: null, clientIds: ['client'], validate: async ({ subject }) => (subject === 'blocked' ? 'x' : undefined) },
];

/** A fake issuer, its clock, and one verifier for each policy. Simulations share nothing but the process. */
export class Simulation {
  readonly verifiers: readonly Verifier[];
  readonly #issuer = new FakeIssuer(keys.slice(0, 1));
  readonly #clock = new FakeClock();
  #skew = 0;

  constructor(engine: Runtime, common: Options) {
    this.#issuer.headers = { 'cache-control': 'max-age=600' };
    const { monotonic } = this.#clock;
    const clock = { now: () => this.#clock.now() + this.#skew, monotonic };
    const options = { ...this.#issuer.options, jwksUri: this.#issuer.jwksUri, clock, ...common };
    this.verifiers = policies.map((policy) => verifierOn(engine, { ...options, ...policy }));
  }

  /** Runs a step. Returns the result of a `verify` step as text, and undefined for any other. */
  async run(step: Step): Promise<string | undefined> {
    switch (step.kind) {
      case 'verify':
        return this.#verify(step);
      case 'advance':
        this.#clock.advance(step.seconds);
        return undefined;
      case 'skew':
        this.#skew = step.seconds;
        return undefined;
      case 'publish':
        this.#issuer.publish(keySetOf(...step.keys.flatMap((index) => keys.slice(index, index + 1))));
        return undefined;
      case 'outage':
        if (step.isDown) this.#issuer.fail(new Error('The network is down'));
        else this.#issuer.heal();
        return undefined;
      case 'clear':
        this.verifiers[0]?.clear();
        return undefined;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.verifiers.map((verifier) => verifier.close()));
  }

  async #verify({ policy, token, scope, maxAge }: Extract<Step, { kind: 'verify' }>): Promise<string> {
    const requirements = {
      ...(scope !== undefined && { scope }),
      ...(maxAge !== undefined && { authentication: { maxAge } }),
    };
    const verifier = this.verifiers[policy % this.verifiers.length];
    const outcome = await outcomeOf(verifier, tokens[token % tokens.length] ?? '', requirements);
    await settled(this.verifiers[0]);
    return outcome;
  }
}

async function outcomeOf(verifier: Verifier | undefined, token: string, requirements: Requirements): Promise<string> {
  if (verifier === undefined) throw new Error('There is no such policy');
  try {
    return JSON.stringify(await verifier.verify(token, requirements));
  } catch (error) {
    if (!isAuthError(error)) throw error;
    return 'claim' in error ? `${error.code} ${error.claim} ${error.reason}` : error.code;
  }
}

// Two simulations are compared step by step: a background refresh that only one has finished would be a false alarm.
async function settled(verifier: Verifier | undefined): Promise<void> {
  while (Object.values(verifier?.stats().issuers ?? {}).some(({ refreshing }) => refreshing)) await setImmediate();
}

import { setImmediate } from 'node:timers/promises';
import { createVerifierOnRuntime } from '../../src/create-verifier.ts';
import {
  type FetchLike,
  isAuthError,
  type JSONWebKey,
  type Requirements,
  type SingleIssuerOptions,
  type Verifier,
} from '../../src/index.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { audience, issuer, mint, now } from '../fixtures/mint.ts';
import { createTestKey, type TestKey } from '../fixtures/test-key.ts';

type Options = Partial<SingleIssuerOptions>;

/** Something that happens in a world. */
export type Step =
  | { readonly kind: 'ask'; readonly policy: number; readonly token: number; readonly scope: string | undefined }
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'skew'; readonly seconds: number }
  | { readonly kind: 'publish'; readonly keys: readonly number[] }
  | { readonly kind: 'outage'; readonly isDown: boolean }
  | { readonly kind: 'forget' };

/** An issuer, its clock, and some verifiers of its tokens. */
export interface World {
  readonly verifiers: readonly Verifier[];
  /** Lets a step happen, and says what was answered, if it was a question. */
  take(step: Step): Promise<string | undefined>;
  close(): Promise<void>;
}

/** The keys that are published now and then; the first two share a name. */
export const keys: readonly TestKey[] = [
  createTestKey('Ed25519', 'a'),
  createTestKey('Ed25519', 'a'),
  createTestKey('Ed25519', 'b'),
  createTestKey('ES256', 'c'),
];

const stranger = createTestKey('Ed25519', 'a');

const variations: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { exp: now + 60, iat: undefined },
  { exp: now + 700 },
  { exp: now + 1e7, scope: 'read write' },
  { exp: now + 1e7, aud: ['api://other', audience], scope: 'read' },
  { exp: now + 1e7, aud: 'api://other' },
  { exp: now + 1e7, nbf: now + 100 },
  { exp: now + 1e7, client_id: undefined },
  { exp: now + 1e7, cnf: { jkt: 'x' } },
  { exp: now + 1e7, sub: 'blocked' },
];

/** Tokens of every key, good and bad, and of a key that is never published. */
export const tokens: readonly string[] = [
  ...[...keys, stranger].flatMap((key) => variations.map((claims) => mint(key, claims))),
  ...keys.map((key) => mint(key, { exp: now + 1e7 }, { typ: undefined })),
  ...keys.map((key) => mint(key, { exp: now + 1e7 }, { kid: undefined })),
  ...keys.map((key) => mint(key, { exp: now + 1e7 }, { kid: 'nobody' })),
  ...keys.map((key) => `${mint(key, { exp: now + 1e7 }).slice(0, -4)}AAAA`),
  ...keys.map((key) => mint(key, { exp: now + 1e7, iss: 'https://other.example' })),
  'nonsense',
];

/** What the verifiers of a world demand. */
export const policies: readonly Options[] = [
  {},
  { audience: ['api://other', audience], clockTolerance: 0 },
  { maxTokenAge: 300 },
  { tokenType: 'at+jwt', requiredClaims: ['scope'] },
  { algorithms: ['EdDSA'], validate: ({ subject }) => (subject === 'blocked' ? 'blocked' : undefined) },
  { audience: null, clientIds: ['client'], validate: async ({ subject }) => (subject === 'blocked' ? 'x' : undefined) },
];

/** Makes a world. Nothing in it is shared with another one but the process. */
export function openWorld(engine: Runtime, common: Options): World {
  let elapsed = 0;
  let skew = 0;
  let isDown = false;
  let published: readonly JSONWebKey[] = keys.slice(0, 1).map(({ jwk }) => jwk);
  const fetch: FetchLike = async () => {
    if (isDown) throw new Error('There is nobody');
    return Response.json({ keys: published }, { headers: { 'cache-control': 'max-age=600' } });
  };
  const clock = { now: () => now + elapsed + skew, monotonic: () => 1000 + elapsed };
  const options = { issuer, audience, jwksUri: `${issuer}/keys`, clock, http: { fetch } };
  const verifiers = policies.map((policy) => createVerifierOnRuntime({ ...options, ...common, ...policy }, engine));
  const [first] = verifiers;
  return {
    verifiers,
    async take(step) {
      switch (step.kind) {
        case 'ask': {
          const verifier = verifiers[step.policy % verifiers.length];
          const demands = step.scope === undefined ? {} : { scope: step.scope };
          const answer = await ask(verifier, tokens[step.token % tokens.length] ?? '', demands);
          await calm(first);
          return answer;
        }
        case 'pass':
          elapsed += step.seconds;
          return undefined;
        case 'skew':
          skew = step.seconds;
          return undefined;
        case 'publish':
          published = step.keys.flatMap((index) => keys.slice(index, index + 1).map(({ jwk }) => jwk));
          return undefined;
        case 'outage':
          isDown = step.isDown;
          return undefined;
        case 'forget':
          first?.clear();
          return undefined;
      }
    },
    close: async () => void (await Promise.all(verifiers.map((verifier) => verifier.close()))),
  };
}

async function ask(verifier: Verifier | undefined, token: string, demands: Requirements): Promise<string> {
  if (verifier === undefined) throw new Error('There is no such policy');
  try {
    return JSON.stringify(await verifier.verify(token, demands));
  } catch (error) {
    if (!isAuthError(error)) throw error;
    return 'claim' in error ? `${error.code} ${error.claim} ${error.reason}` : error.code;
  }
}

// A background refresh that one world has finished and the other one has not would be no difference worth noting.
async function calm(verifier: Verifier | undefined): Promise<void> {
  while (Object.values(verifier?.stats().issuers ?? {}).some(({ refreshing }) => refreshing)) await setImmediate();
}

import { createVerifierOnRuntime } from '../../../src/create-verifier.ts';
import type { Verifier } from '../../../src/index.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import { audience, issuer, mint } from '../../fixtures/mint.ts';
import { bearerRequest, requestWith } from '../../fixtures/requests.ts';
import type { Arena } from '../arena.ts';
import { type Attack, attacks, type StepsRow } from '../attack.ts';
import { signed } from './tokens.ts';

async function judged(verifier: Verifier, request: Parameters<Verifier['authenticate']>[0]): Promise<never> {
  const result = await verifier.authenticate(request);
  throw result.ok ? new Error('It was let in') : result.error;
}

const down = (arena: Arena): void => arena.answer(() => new Response('', { status: 500 }));

const entered: readonly StepsRow[] = [
  {
    id: 'two-tokens-while-keys-cannot-be-had',
    how: 'two Authorization headers while the issuer does not answer',
    code: 'ERR_CREDENTIALS_REPEATED',
    strike: (arena) => {
      down(arena);
      return judged(arena.remote(), requestWith(`Bearer ${signed()(arena.arsenal)}`, 'Bearer x'));
    },
  },
  {
    id: 'many-at-once-while-keys-cannot-be-had',
    how: '50 tokens at once while the issuer does not answer: one attempt for all of them',
    code: 'ERR_KEY_SET_UNAVAILABLE',
    requests: 1,
    strike: async (arena) => {
      down(arena);
      const verifier = arena.remote({ jwksUri: `${issuer}/keys` });
      const token = signed()(arena.arsenal);
      const all = await Promise.allSettled(Array.from({ length: 50 }, () => verifier.verify(token)));
      const reasons = new Set(all.map((settled) => (settled.status === 'rejected' ? settled.reason : undefined)));
      if (reasons.size !== 50) throw new Error('Requests share an error object');
      throw [...reasons][0];
    },
  },
  {
    id: 'listener-that-verifies',
    how: 'onEvent verifies another token for each that is refused',
    code: 'ERR_SIGNATURE_INVALID',
    strike: async (arena) => {
      let depth = 0;
      const verifier: Verifier = arena.verifier({
        onEvent: () => {
          depth += 1;
          if (depth < 20) verifier.verify(mint(arena.arsenal.stranger('ES256'))).catch(() => undefined);
        },
      });
      return verifier.verify(mint(arena.arsenal.stranger('ES256')));
    },
  },
  {
    id: 'listener-that-throws',
    how: 'onEvent throws for each token that is refused',
    code: 'ERR_SIGNATURE_INVALID',
    strike: (arena) => {
      const onEvent = (): never => {
        throw new Error('the listener broke');
      };
      return arena.verifier({ onEvent }).verify(mint(arena.arsenal.stranger('ES256')));
    },
  },
  {
    id: 'validate-that-verifies',
    how: 'validate verifies the same token again, and then another one',
    code: 'ERR_SIGNATURE_INVALID',
    strike: (arena) => {
      const inner = arena.verifier();
      const validate = async ({ token }: { readonly token: string }): Promise<void> => {
        await inner.verify(token);
        await inner.verify(mint(arena.arsenal.stranger('ES256')));
      };
      return arena.verifier({ validate }).verify(signed()(arena.arsenal));
    },
  },
  {
    id: 'closed-in-the-middle',
    how: 'the verifier is closed by its own listener while a token is being refused',
    code: 'ERR_SIGNATURE_INVALID',
    strike: (arena) => {
      const verifier: Verifier = arena.verifier({ onEvent: () => void verifier.close() });
      return verifier.verify(mint(arena.arsenal.stranger('ES256')));
    },
  },
  {
    id: 'resolver-that-verifies',
    how: 'the function that decides on issuers verifies a token of its own verifier, which asks it again',
    code: 'ERR_ISSUER_UNKNOWN',
    strike: (arena) => {
      let asked = 0;
      const issuers = async (name: string): Promise<undefined> => {
        asked += 1;
        if (asked < 5) await arena.codeOf(verifier.verify(signed({ iss: `${name}/${asked}` })(arena.arsenal)));
      };
      const verifier: Verifier = arena.remote({ issuer: undefined, audience: undefined, issuers });
      return verifier.verify(signed({ iss: 'https://other.example' })(arena.arsenal));
    },
  },
];

function counting(engine: Runtime): { readonly runtime: Runtime; readonly imports: () => number } {
  let imports = 0;
  const runtime: Runtime = {
    ...engine,
    importKey: (jwk, algorithm) => {
      imports += 1;
      return engine.importKey(jwk, algorithm);
    },
  };
  return { runtime, imports: () => imports };
}

const parsed: readonly StepsRow[] = (['ES256', 'RS256', 'Ed25519'] as const).map((alg) => ({
  id: `imports/${alg}`,
  how: `200 tokens with bad signatures of ${alg}: its key is imported once, and no other`,
  code: 'ERR_SIGNATURE_INVALID',
  strike: async ({ engine, arsenal, clock, codeOf, remembers }) => {
    const { runtime, imports } = counting(engine);
    const cache = remembers ? {} : { tokenCache: false as const };
    const verifier = createVerifierOnRuntime({ issuer, audience, jwks: arsenal.jwks, clock, ...cache }, runtime);
    const token = mint(arsenal.stranger(alg));
    for (let index = 0; index < 200; index += 1) await codeOf(verifier.verify(token));
    await verifier.close();
    if (imports() > 1) throw new Error(`${imports()} imports`);
    return verifierOf(arsenal, engine).verify(token);
  },
}));

function verifierOf({ jwks }: Arena['arsenal'], engine: Runtime): Verifier {
  return createVerifierOnRuntime({ issuer, audience, jwks, tokenCache: false }, engine);
}

/** Pairs of refusals that a client must not be able to tell from each other. */
const oracles: Readonly<
  Record<string, readonly [(arena: Arena) => string, (arena: Arena) => string, StepsRow['code']]>
> = {
  'an unknown key and a bad signature': [
    ({ arsenal }) => mint(arsenal.key('ES256'), {}, { kid: 'unknown' }),
    ({ arsenal }) => mint(arsenal.stranger('ES256')),
    'ERR_SIGNATURE_INVALID',
  ],
  'another audience and a bad signature': [
    signedFor({ aud: 'api://other' }),
    ({ arsenal }) => mint(arsenal.stranger('ES256')),
    'ERR_SIGNATURE_INVALID',
  ],
  'an expired token that is forged, and one that is not': [
    ({ arsenal }) => mint(arsenal.stranger('ES256'), { exp: 1 }),
    ({ arsenal }) => mint(arsenal.stranger('ES256')),
    'ERR_SIGNATURE_INVALID',
  ],
  'another issuer and nonsense': [signedFor({ iss: 'https://other.example' }), () => 'nonsense', 'ERR_TOKEN_MALFORMED'],
  'another algorithm and another type': [
    ({ arsenal }) => mint(arsenal.key('ES256'), {}, { alg: 'HS256' }),
    ({ arsenal }) => mint(arsenal.key('ES256'), {}, { typ: 'logout+jwt' }),
    'ERR_TOKEN_TYPE',
  ],
  'a bound token and one that is too early': [
    signedFor({ cnf: { jkt: 'x' } }),
    signedFor({ nbf: 4_102_444_800 }),
    'ERR_TOKEN_NOT_YET_VALID',
  ],
};

function signedFor(claims: Readonly<Record<string, unknown>>): (arena: Arena) => string {
  return ({ arsenal }) => signed(claims)(arsenal);
}

const told = Object.entries(oracles).map(
  ([name, [first, second, code]]): StepsRow => ({
    id: name.replaceAll(/[ ,]+/g, '-'),
    how: `${name}: the answers are the same, byte for byte`,
    code,
    strike: async (arena) => {
      const verifier = arena.verifier();
      const answers = new Set<string>();
      for (const make of [first, second]) {
        const result = await verifier.authenticate(bearerRequest(make(arena)));
        answers.add(result.ok ? 'let in' : JSON.stringify(verifier.challenge(result.error)));
      }
      if (answers.size !== 1) throw new Error([...answers].join('\n'));
      return verifier.verify(second(arena));
    },
  }),
);

/** A verifier that is used wrongly, or much, still answers, and answers no more than it should. */
export const behaviourAttacks: readonly Attack[] = [
  ...attacks(33, entered),
  ...attacks(34, parsed),
  ...attacks(36, told),
];

import { createVerifierOnRuntime } from '../../../src/create-verifier.ts';
import type { Verifier } from '../../../src/index.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import { bearerRequest, requestWith } from '../../support/requests.ts';
import { audience, issuer, signToken } from '../../support/sign-token.ts';
import { type Attack, attacks, type StepsRow } from '../attack.ts';
import type { AttackContext } from '../attack-context.ts';
import { signed } from './tokens.ts';

async function judged(verifier: Verifier, request: Parameters<Verifier['authenticate']>[0]): Promise<never> {
  const result = await verifier.authenticate(request);
  throw result.ok ? new Error('It was let in') : result.error;
}

const down = (context: AttackContext): void => context.fakeIssuer.respondWith(() => new Response('', { status: 500 }));

const entered: readonly StepsRow[] = [
  {
    id: 'two-tokens-while-keys-cannot-be-had',
    how: 'two Authorization headers while the issuer does not answer',
    code: 'ERR_CREDENTIALS_REPEATED',
    run: (context) => {
      down(context);
      return judged(context.remoteVerifier(), requestWith(`Bearer ${signed()(context.keys)}`, 'Bearer x'));
    },
  },
  {
    id: 'many-at-once-while-keys-cannot-be-had',
    how: '50 tokens at once while the issuer does not answer: one attempt for all of them',
    code: 'ERR_KEY_SET_UNAVAILABLE',
    requests: 1,
    run: async (context) => {
      down(context);
      const verifier = context.remoteVerifier({ jwksUri: `${issuer}/keys` });
      const token = signed()(context.keys);
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
    run: async (context) => {
      let depth = 0;
      const verifier: Verifier = context.verifier({
        onEvent: () => {
          depth += 1;
          if (depth < 20) verifier.verify(signToken(context.keys.attackerKey('ES256'))).catch(() => undefined);
        },
      });
      return verifier.verify(signToken(context.keys.attackerKey('ES256')));
    },
  },
  {
    id: 'listener-that-throws',
    how: 'onEvent throws for each token that is refused',
    code: 'ERR_SIGNATURE_INVALID',
    run: (context) => {
      const onEvent = (): never => {
        throw new Error('the listener broke');
      };
      return context.verifier({ onEvent }).verify(signToken(context.keys.attackerKey('ES256')));
    },
  },
  {
    id: 'validate-that-verifies',
    how: 'validate verifies the same token again, and then another one',
    code: 'ERR_SIGNATURE_INVALID',
    run: (context) => {
      const inner = context.verifier();
      const validate = async ({ token }: { readonly token: string }): Promise<void> => {
        await inner.verify(token);
        await inner.verify(signToken(context.keys.attackerKey('ES256')));
      };
      return context.verifier({ validate }).verify(signed()(context.keys));
    },
  },
  {
    id: 'closed-in-the-middle',
    how: 'the verifier is closed by its own listener while a token is being refused',
    code: 'ERR_SIGNATURE_INVALID',
    run: (context) => {
      const verifier: Verifier = context.verifier({ onEvent: () => void verifier.close() });
      return verifier.verify(signToken(context.keys.attackerKey('ES256')));
    },
  },
  {
    id: 'resolver-that-verifies',
    how: 'the function that decides on issuers verifies a token of its own verifier, which asks it again',
    code: 'ERR_ISSUER_UNKNOWN',
    run: (context) => {
      let asked = 0;
      const issuers = async (name: string): Promise<undefined> => {
        asked += 1;
        if (asked < 5) await context.codeOf(verifier.verify(signed({ iss: `${name}/${asked}` })(context.keys)));
      };
      const verifier: Verifier = context.remoteVerifier({ issuer: undefined, audience: undefined, issuers });
      return verifier.verify(signed({ iss: 'https://other.example' })(context.keys));
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
  run: async ({ engine, keys, clock, codeOf, hasTokenCache }) => {
    const { runtime, imports } = counting(engine);
    const cache = hasTokenCache ? {} : { tokenCache: false as const };
    const verifier = createVerifierOnRuntime({ issuer, audience, jwks: keys.jwks, clock, ...cache }, runtime);
    const token = signToken(keys.attackerKey(alg));
    for (let index = 0; index < 200; index += 1) await codeOf(verifier.verify(token));
    await verifier.close();
    if (imports() > 1) throw new Error(`${imports()} imports`);
    return verifierOf(keys, engine).verify(token);
  },
}));

function verifierOf({ jwks }: AttackContext['keys'], engine: Runtime): Verifier {
  return createVerifierOnRuntime({ issuer, audience, jwks, tokenCache: false }, engine);
}

/** Pairs of refusals that a client must not be able to tell from each other. */
const oracles: Readonly<
  Record<string, readonly [(context: AttackContext) => string, (context: AttackContext) => string, StepsRow['code']]>
> = {
  'an unknown key and a bad signature': [
    ({ keys }) => signToken(keys.key('ES256'), {}, { kid: 'unknown' }),
    ({ keys }) => signToken(keys.attackerKey('ES256')),
    'ERR_SIGNATURE_INVALID',
  ],
  'another audience and a bad signature': [
    signedFor({ aud: 'api://other' }),
    ({ keys }) => signToken(keys.attackerKey('ES256')),
    'ERR_SIGNATURE_INVALID',
  ],
  'an expired token that is forged, and one that is not': [
    ({ keys }) => signToken(keys.attackerKey('ES256'), { exp: 1 }),
    ({ keys }) => signToken(keys.attackerKey('ES256')),
    'ERR_SIGNATURE_INVALID',
  ],
  'another issuer and nonsense': [signedFor({ iss: 'https://other.example' }), () => 'nonsense', 'ERR_TOKEN_MALFORMED'],
  'another algorithm and another type': [
    ({ keys }) => signToken(keys.key('ES256'), {}, { alg: 'HS256' }),
    ({ keys }) => signToken(keys.key('ES256'), {}, { typ: 'logout+jwt' }),
    'ERR_TOKEN_TYPE',
  ],
  'a bound token and one that is too early': [
    signedFor({ cnf: { jkt: 'x' } }),
    signedFor({ nbf: 4_102_444_800 }),
    'ERR_TOKEN_NOT_YET_VALID',
  ],
};

function signedFor(claims: Readonly<Record<string, unknown>>): (context: AttackContext) => string {
  return ({ keys }) => signed(claims)(keys);
}

const told = Object.entries(oracles).map(
  ([name, [first, second, code]]): StepsRow => ({
    id: name.replaceAll(/[ ,]+/g, '-'),
    how: `${name}: the answers are the same, byte for byte`,
    code,
    run: async (context) => {
      const verifier = context.verifier();
      const answers = new Set<string>();
      for (const make of [first, second]) {
        const result = await verifier.authenticate(bearerRequest(make(context)));
        answers.add(result.ok ? 'accepted' : JSON.stringify(verifier.challenge(result.error)));
      }
      if (answers.size !== 1) throw new Error([...answers].join('\n'));
      return verifier.verify(second(context));
    },
  }),
);

/** A verifier that is used wrongly, or much, still answers, and answers no more than it should. */
export const behaviourAttacks: readonly Attack[] = [
  ...attacks(33, entered),
  ...attacks(34, parsed),
  ...attacks(36, told),
];

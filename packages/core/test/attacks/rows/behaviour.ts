import type { Verifier } from '../../../src/index.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import { bearerRequest, requestWith } from '../../support/requests.ts';
import { audience, issuer, signToken } from '../../support/sign-token.ts';
import { verifierOn } from '../../support/verifiers.ts';
import { type Attack, attacks, type StepsRow } from '../attack.ts';
import type { AttackContext } from '../attack-context.ts';
import { signed } from './tokens.ts';

async function errorOfRequest(verifier: Verifier, request: Parameters<Verifier['authenticate']>[0]): Promise<never> {
  const result = await verifier.authenticate(request);
  throw result.ok ? new Error('The request was accepted') : result.error;
}

const startOutage = (context: AttackContext): void =>
  context.fakeIssuer.respondWith(() => new Response('', { status: 500 }));

const reentrant: readonly StepsRow[] = [
  {
    id: 'two-tokens-during-an-outage',
    how: 'two Authorization headers during an outage of the issuer',
    code: 'ERR_CREDENTIALS_REPEATED',
    run: (context) => {
      startOutage(context);
      return errorOfRequest(context.remoteVerifier(), requestWith(`Bearer ${signed()(context.keys)}`, 'Bearer x'));
    },
  },
  {
    id: 'many-at-once-during-an-outage',
    how: '50 tokens at once during an outage of the issuer: one fetch for all of them',
    code: 'ERR_KEY_SET_UNAVAILABLE',
    requests: 1,
    run: async (context) => {
      startOutage(context);
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
    how: 'onEvent verifies another token for each refused one',
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
    how: 'onEvent throws for each refused token',
    code: 'ERR_SIGNATURE_INVALID',
    run: (context) => {
      const onEvent = (): never => {
        throw new Error('the listener failed');
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
    id: 'closed-by-its-listener',
    how: 'the listener closes its verifier while a token is refused',
    code: 'ERR_SIGNATURE_INVALID',
    run: (context) => {
      const verifier: Verifier = context.verifier({ onEvent: () => void verifier.close() });
      return verifier.verify(signToken(context.keys.attackerKey('ES256')));
    },
  },
  {
    id: 'resolver-that-verifies',
    how: 'the resolver verifies a token with its own verifier, which calls the resolver again',
    code: 'ERR_ISSUER_UNKNOWN',
    run: (context) => {
      let calls = 0;
      const issuers = async (name: string): Promise<undefined> => {
        calls += 1;
        if (calls < 5) await context.codeOf(verifier.verify(signed({ iss: `${name}/${calls}` })(context.keys)));
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

const repeated: readonly StepsRow[] = (['ES256', 'RS256', 'Ed25519'] as const).map((alg) => ({
  id: `imports/${alg}`,
  how: `200 tokens with bad signatures of ${alg}: only its key is imported, once`,
  code: 'ERR_SIGNATURE_INVALID',
  run: async ({ engine, keys, clock, codeOf, hasTokenCache }) => {
    const { runtime, imports } = counting(engine);
    const cache = hasTokenCache ? {} : { tokenCache: false as const };
    const verifier = verifierOn(runtime, { issuer, audience, jwks: keys.jwks, clock, ...cache });
    const token = signToken(keys.attackerKey(alg));
    for (let index = 0; index < 200; index += 1) await codeOf(verifier.verify(token));
    await verifier.close();
    if (imports() > 1) throw new Error(`${imports()} imports`);
    return verifierOf(keys, engine).verify(token);
  },
}));

function verifierOf({ jwks }: AttackContext['keys'], engine: Runtime): Verifier {
  return verifierOn(engine, { issuer, audience, jwks, tokenCache: false });
}

/** Pairs of refused tokens whose answers must be equal. */
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
  'an expired forged token, and another forged one': [
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

const oracleRows = Object.entries(oracles).map(
  ([name, [first, second, code]]): StepsRow => ({
    id: name.replaceAll(/[ ,]+/g, '-'),
    how: `${name}: the answers are byte for byte the same`,
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

/** Misuse and heavy use of a verifier, and answers that could be an oracle. */
export const behaviourAttacks: readonly Attack[] = [
  ...attacks(33, reentrant),
  ...attacks(34, repeated),
  ...attacks(36, oracleRows),
];

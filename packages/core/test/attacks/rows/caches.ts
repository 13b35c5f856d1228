import type { SingleIssuerOptions } from '../../../src/index.ts';
import { audience, claimsWith, encode, issuer, now, signToken } from '../../support/sign-token.ts';
import { keySetOf } from '../../support/test-key.ts';
import { type Attack, attacks, type RefusalCode, type StepsRow } from '../attack.ts';
import type { AttackContext } from '../attack-context.ts';
import { signed } from './tokens.ts';

type Policy = Partial<SingleIssuerOptions>;

/** A lenient policy, which accepts the token, and a strict one, which must refuse it. */
const policies: readonly (readonly [string, Policy, Policy, RefusalCode])[] = [
  ['another-audience', {}, { audience: 'api://other' }, 'ERR_AUDIENCE_MISMATCH'],
  ['any-audience-first', { audience: null }, { audience: 'api://other' }, 'ERR_AUDIENCE_MISMATCH'],
  ['another-algorithm', {}, { algorithms: ['RS256'] }, 'ERR_ALG_NOT_ALLOWED'],
  ['another-client', {}, { clientIds: ['other'] }, 'ERR_CLAIM_INVALID'],
  ['a-required-claim', {}, { requiredClaims: ['tenant'] }, 'ERR_CLAIM_MISSING'],
  ['a-shorter-token', {}, { maxTokenSize: 256 }, 'ERR_TOKEN_TOO_LARGE'],
  ['validate', {}, { validate: () => 'no' }, 'ERR_TOKEN_REJECTED'],
  ['validate-later', {}, { validate: async () => 'no' }, 'ERR_TOKEN_REJECTED'],
  ['the-lenient-one-validates', { validate: () => undefined }, { audience: 'api://other' }, 'ERR_AUDIENCE_MISMATCH'],
];

const samePolicyRows = policies.flatMap(([name, lenient, strict, code]): StepsRow[] => {
  const run = (order: readonly Policy[]) => async (context: AttackContext) => {
    const token = signed()(context.keys);
    const verifiers = order.map((policy) => context.verifier(policy));
    for (const verifier of verifiers) await context.codeOf(verifier.verify(token));
    await context.verifier(lenient).verify(token);
    return context.verifier(strict).verify(token);
  };
  return [
    {
      id: `policy/${name}/lenient-first`,
      how: `a token that a lenient verifier accepted, verified by a strict one: ${name.replaceAll('-', ' ')}`,
      code,
      run: run([lenient, strict]),
    },
    { id: `policy/${name}/strict-first`, how: 'the same in the other order', code, run: run([strict, lenient]) },
  ];
});

const otherRequirements: readonly StepsRow[] = [
  {
    id: 'policy/strict-type',
    how: 'a token without typ, accepted by a compatible verifier, and then verified with tokenType at+jwt',
    code: 'ERR_TOKEN_TYPE',
    run: async (context) => {
      const token = signed({}, { typ: undefined })(context.keys);
      await context.verifier().verify(token);
      return context.verifier({ tokenType: 'at+jwt' }).verify(token);
    },
  },
  {
    id: 'policy/younger',
    how: 'a token issued an hour ago, accepted and then verified with maxTokenAge',
    code: 'ERR_TOKEN_TOO_OLD',
    run: async (context) => {
      const token = signed({ iat: now - 3600 })(context.keys);
      await context.verifier().verify(token);
      return context.verifier({ maxTokenAge: 60 }).verify(token);
    },
  },
  {
    id: 'policy/less-tolerance',
    how: 'a token that expired a minute ago, accepted with tolerance and then verified without it',
    code: 'ERR_TOKEN_EXPIRED',
    run: async (context) => {
      const token = signed({ exp: now - 60 })(context.keys);
      await context.verifier({ clockTolerance: 300 }).verify(token);
      return context.verifier({ clockTolerance: 0 }).verify(token);
    },
  },
  {
    id: 'requirements/another-scope',
    how: 'one token, accepted for one scope and then for another on the same verifier',
    code: 'ERR_SCOPE_INSUFFICIENT',
    run: async (context) => {
      const token = signed({ scope: 'read' })(context.keys);
      await context.verifier().verify(token, { scope: 'read' });
      return context.verifier().verify(token, { scope: 'write' });
    },
  },
  {
    id: 'requirements/another-predicate',
    how: 'one token, accepted by one predicate and then tested by another',
    code: 'ERR_CLAIMS_INSUFFICIENT',
    run: async (context) => {
      const token = signed()(context.keys);
      await context.verifier().verify(token, { claims: () => true });
      return context.verifier().verify(token, { claims: () => false });
    },
  },
  {
    id: 'issuer/not-trusted-elsewhere',
    how: 'a token that one verifier accepted, verified for another issuer',
    code: 'ERR_ISSUER_UNKNOWN',
    run: async (context) => {
      const token = signed()(context.keys);
      await context.verifier().verify(token);
      return context.verifier({ issuer: 'https://other.example' }).verify(token);
    },
  },
  {
    id: 'keys/not-trusted-elsewhere',
    how: 'a token that one verifier accepted, verified with other keys of the same issuer',
    code: 'ERR_SIGNATURE_INVALID',
    run: async (context) => {
      const token = signed()(context.keys);
      await context.verifier().verify(token);
      return context.verifier({ jwks: keySetOf(context.keys.attackerKey('ES256')) }).verify(token);
    },
  },
];

/** Changes of an accepted token that leave its beginning or its end as it was. */
const lookalikes: Readonly<Record<string, (token: string, context: AttackContext) => string>> = {
  'the last character': (token) => `${token.slice(0, -1)}${token.endsWith('A') ? 'Q' : 'A'}`,
  'the last 2 characters': (token) => changed(token, token.length - 2),
  'the last 16 characters': (token) => changed(token, token.length - 16),
  'the last 32 characters': (token) => changed(token, token.length - 32),
  'the last 64 characters': (token) => changed(token, token.length - 64),
  'the whole signature': (token) => `${token.slice(0, token.lastIndexOf('.') + 1)}${'A'.repeat(86)}`,
  'a character in the middle': (token) => changed(token, token.indexOf('.') + 4 * 27),
  'its claims, with the old signature': (token) => {
    const [header, , signature] = token.split('.');
    return `${header}.${encode(JSON.stringify(claimsWith({ sub: 'admin' })))}.${signature}`;
  },
  'its header, with the old signature': (token) => {
    const [, claims, signature] = token.split('.');
    return `${encode('{"alg":"ES256","kid":"ES256"}')}.${claims}.${signature}`;
  },
};

function changed(token: string, at: number): string {
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}

const lookalikeRows = Object.entries(lookalikes).map(
  ([name, change]): StepsRow => ({
    id: `lookalike/${name.replaceAll(/[ ,]+/g, '-')}`,
    how: `a token that differs from an accepted one in ${name}`,
    code: 'ERR_SIGNATURE_INVALID',
    run: async (context) => {
      const verifier = context.verifier();
      const token = signed({ jti: 'unique' })(context.keys);
      await verifier.verify(token);
      await verifier.verify(token);
      const code = await context.codeOf(verifier.verify(change(token, context)));
      // Some changes break the encoding of a part, which is an equally good reason.
      if (code === 'ERR_TOKEN_MALFORMED') return verifier.verify(signToken(context.keys.attackerKey('ES256')));
      return verifier.verify(change(token, context));
    },
  }),
);

const times: readonly (readonly [string, Policy, Readonly<Record<string, unknown>>, number, RefusalCode])[] = [
  ['exp-and-no-iat', {}, { iat: undefined, exp: now + 60 }, 66, 'ERR_TOKEN_EXPIRED'],
  ['exp-to-the-second', { clockTolerance: 0 }, { exp: now + 60 }, 60, 'ERR_TOKEN_EXPIRED'],
  ['exp-and-tolerance-to-the-second', {}, { exp: now + 60 }, 65, 'ERR_TOKEN_EXPIRED'],
  ['exp-with-a-fraction', { clockTolerance: 0 }, { exp: now + 60.5 }, 61, 'ERR_TOKEN_EXPIRED'],
  ['exp-a-day-later', {}, { exp: now + 3600 }, 86_400, 'ERR_TOKEN_EXPIRED'],
  ['exp-far-away-and-too-old', { maxTokenAge: 300 }, { exp: now + 1e9 }, 306, 'ERR_TOKEN_TOO_OLD'],
  ['clock-set-back-before-nbf', {}, { nbf: now }, -6, 'ERR_TOKEN_NOT_YET_VALID'],
  ['clock-set-back-before-iat', { maxTokenAge: 300 }, {}, -6, 'ERR_TOKEN_NOT_YET_VALID'],
];

const later = times.map(
  ([name, policy, claims, seconds, code]): StepsRow => ({
    id: `time/${name}`,
    how: `accepted twice, and verified again after ${seconds} s`,
    code,
    run: async (context) => {
      const verifier = context.verifier(policy);
      const token = signed(claims)(context.keys);
      await verifier.verify(token);
      await verifier.verify(token);
      context.clock.advance(seconds);
      return verifier.verify(token);
    },
  }),
);

const cleared: StepsRow = {
  id: 'cleared/keys-and-tokens',
  how: 'accepted, then verified after clear() and a rotation without overlap',
  code: 'ERR_KEY_NOT_FOUND',
  requests: 2,
  run: async (context) => {
    const verifier = context.remoteVerifier({ jwksUri: `${issuer}/keys`, audience });
    const token = signed()(context.keys);
    await verifier.verify(token);
    context.fakeIssuer.respondWith(() => Response.json(keySetOf(context.keys.key('RS256'))));
    verifier.clear();
    return verifier.verify(token);
  },
};

/** Cached results of another token, of another policy, or of another time. */
export const cacheAttacks: readonly Attack[] = [
  ...attacks(13, [...samePolicyRows, ...otherRequirements, ...lookalikeRows]),
  ...attacks(14, [...later, cleared]),
];

import fc from 'fast-check';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { allAlgorithms } from '../../src/crypto/algorithms.ts';
import { createVerifier, isAuthError, type JSONWebKey } from '../../src/index.ts';
import { runtime as web } from '../../src/runtime/web.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { audience, issuer, now } from '../support/sign-token.ts';
import { verifierOn } from '../support/verifiers.ts';
import { createKeyPool, hostileTokens } from './hostile-tokens.ts';
import { stricterThanJose } from './stricter-than-jose.ts';

const tokens = Number(process.env['VERIFIER_TOKENS'] ?? 20_000);
const seed = Number(process.env['VERIFIER_SEED'] ?? 20_290_317);
const everyNthOnBothEngines = 10;

const pool = createKeyPool();
const [ed25519, , , unbound] = pool.published;
// jose wants the header and the key to use the same one of the two names of Ed25519; and one RSA key names none.
const named = new Set(['es256', 'rs256']);
const jwks = { keys: pool.published.map(({ jwk, kid }) => (named.has(kid) ? jwk : withoutAlgorithm(jwk))) };

const options = { issuer, audience, jwks, clock: new FakeClock(), clockTolerance: 5, tokenCache: false } as const;
const verifier = createVerifier(options);
const onWeb = verifierOn(web, options);
const localKeySet = createLocalJWKSet(jwks as unknown as JSONWebKeySet);
// To jose, a kid of null names a key that does not exist; here, and to the servers that write it, it is absent.
const keySet: JWTVerifyGetKey = ({ kid, ...header }, token) =>
  localKeySet((kid ?? undefined) === undefined ? header : { ...header, kid: kid as string }, token);

function withoutAlgorithm({ alg: _, ...jwk }: JSONWebKey): JSONWebKey {
  return jwk as JSONWebKey;
}

/** The result of a token: its claims, or the reason of the refusal; jose may refuse null where it counts as absent here. */
type Result = { readonly claims: string } | { readonly refused: string; readonly isNull?: boolean };

const registered = new Set(['sub', 'aud', 'nbf', 'iat', 'jti']);

// Drops the members that this package drops, from claims as jose returns them.
function comparable(claims: Readonly<Record<string, unknown>>): string {
  const kept = Object.entries(claims).filter(
    ([name, value]) => name !== '__proto__' && !(value === null && registered.has(name)),
  );
  return JSON.stringify(
    Object.fromEntries(
      kept.map(([name, value]) => [name, name === 'aud' && Array.isArray(value) ? value.filter(isPresent) : value]),
    ),
  );
}

function isPresent(value: unknown): boolean {
  return value !== null;
}

async function verifyWithJose(token: string): Promise<Result> {
  try {
    const { payload: claims } = await jwtVerify(token, keySet, {
      issuer,
      audience,
      algorithms: [...allAlgorithms, 'EdDSA'],
      clockTolerance: 5,
      currentDate: new Date(now * 1000),
    });
    return { claims: comparable(claims) };
  } catch (error) {
    const isNull = error instanceof errors.JWTClaimValidationFailed && error.payload[error.claim] === null;
    return { refused: error instanceof Error ? error.name : 'something', isNull };
  }
}

function refusal(error: unknown): Result {
  if (!isAuthError(error)) throw error;
  return { refused: 'claim' in error ? `${error.code} ${error.claim}` : error.code };
}

function onNode(token: string): Result {
  try {
    return { claims: JSON.stringify(verifier.verifySync(token).claims) };
  } catch (error) {
    return refusal(error);
  }
}

async function onTheWeb(token: string): Promise<Result> {
  return onWeb.verify(token).then(({ claims }) => ({ claims: JSON.stringify(claims) }), refusal);
}

const documented = new Set(
  stricterThanJose.map(({ code, claim }) => (claim === undefined ? code : `${code} ${claim}`)),
);

describe(`over ${tokens} generated and mutated tokens (seed ${seed})`, () => {
  it('[SECURITY-JOSE] the Node.js engine accepts no token that jose refuses, and refuses more only as documented', async () => {
    const tally = { accepted: 0, refusedByBoth: 0, refusedHere: 0 };
    let count = 0;
    const compare = async ({ token }: { readonly token: string }): Promise<void> => {
      const here = onNode(token);
      const there = await verifyWithJose(token);
      if ('refused' in there && 'claims' in here && !there.isNull)
        throw new Error(`jose refuses it (${there.refused}), and it is accepted`);
      if ('refused' in here && 'claims' in there) expect(documented).toContain(here.refused);
      if ('claims' in here && 'claims' in there) expect(here).toEqual(there);
      if (count % everyNthOnBothEngines === 0) expect(await onTheWeb(token)).toEqual(here);
      count += 1;
      tally[tallyOf(here, there)] += 1;
    };
    await fc.assert(fc.asyncProperty(hostileTokens(pool), compare), { numRuns: tokens, seed });
    // Otherwise the comparison would be empty.
    expect(Math.min(...Object.values(tally)) / tokens).toBeGreaterThan(0.05);
  }, 120_000);
});

// Tokens from the future are expected here, and so is the word to the operator about clocks.
beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
});

function tallyOf(here: Result, there: Result): 'accepted' | 'refusedByBoth' | 'refusedHere' {
  if ('claims' in here) return 'accepted';
  return 'claims' in there ? 'refusedHere' : 'refusedByBoth';
}

describe('the tokens that jose accepts and this package refuses', () => {
  it.each(stricterThanJose)('$code: $why', async ({ code, claim, example }) => {
    if (ed25519 === undefined || unbound === undefined) throw new Error('The pool has too few keys');
    const token = example({ ed25519, unbound });
    const refused = claim === undefined ? code : `${code} ${claim}`;
    expect(await verifyWithJose(token)).toHaveProperty('claims');
    expect(onNode(token)).toEqual({ refused });
    expect(await onTheWeb(token)).toEqual({ refused });
  });

  it('each have a reason of their own', () => {
    expect(stricterThanJose.filter(({ why }) => !/^[A-Z].*\.$/.test(why))).toEqual([]);
    expect(new Set(stricterThanJose.map(({ why }) => why)).size).toBe(stricterThanJose.length);
  });
});

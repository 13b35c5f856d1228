import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createVerifier, type SingleIssuerOptions } from '../../src/index.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { authErrorOf } from '../support/expected-errors.ts';
import { headerText, now, signText, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { optionsFor, verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const verifier = verifierFor(key);

function faultOf(claims: Readonly<Record<string, unknown>>, options: Partial<SingleIssuerOptions> = {}): unknown {
  const { code, claim, reason } = { claim: undefined, reason: undefined, ...errorOf(signToken(key, claims), options) };
  return { code, claim, reason };
}

function errorOf(token: string, options: Partial<SingleIssuerOptions> = {}): ReturnType<typeof authErrorOf> {
  return authErrorOf(() => verifierFor(key, options).verifySync(token));
}

function isAccepted(claims: Readonly<Record<string, unknown>>, options: Partial<SingleIssuerOptions> = {}): boolean {
  return verifierFor(key, options).verifySync(signToken(key, claims)).subject === 'subject';
}

// A token from the future causes one warning.
beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});

const notDates = ['', '1', `${now + 60}`, '2030-01-01T00:00:00Z', true, [], [now], {}];

describe.each(['exp', 'nbf', 'iat'])('the claim %s', (claim) => {
  it.each(notDates.map((value) => ({ value })))(
    '[CLAIMS-NUMBERS] is refused if it is not a number: $value',
    ({ value }) => {
      expect(faultOf({ [claim]: value })).toEqual({ code: 'ERR_CLAIM_INVALID', claim, reason: 'invalid' });
    },
  );

  it.each(['1e999', '-1e999'])('[CLAIMS-NUMBERS] is refused if it is not a finite number: %s', (number) => {
    const claims = JSON.stringify({ iss: 'https://issuer.example', aud: 'api://default', exp: now + 60 });
    const token = signText(key, headerText(key), claims.replace(/\}$/, `,"${claim}":${number}}`));
    expect(errorOf(token)).toMatchObject({ code: 'ERR_CLAIM_INVALID', claim, reason: 'invalid' });
  });

  it('may have a fraction', () => {
    expect(isAccepted({ [claim]: now + 0.5 })).toBe(true);
  });
});

describe('the claim exp', () => {
  it('[CLAIMS-EXPIRY] is required', () => {
    const expected = { code: 'ERR_CLAIM_MISSING', claim: 'exp', reason: 'missing' };
    expect(faultOf({ exp: undefined })).toEqual(expected);
    expect(faultOf({ exp: null })).toEqual(expected);
    expect(faultOf({ exp: undefined, iat: undefined, nbf: now })).toEqual(expected);
  });

  it('[CLAIMS-EXPIRY] is accepted until that second plus the tolerance', () => {
    const expired = { code: 'ERR_TOKEN_EXPIRED', claim: 'exp', reason: 'mismatch' };
    expect(isAccepted({ exp: now - 4 })).toBe(true);
    expect(faultOf({ exp: now - 5 })).toEqual(expired);
    expect(isAccepted({ exp: now + 1 }, { clockTolerance: 0 })).toBe(true);
    expect(faultOf({ exp: now }, { clockTolerance: 0 })).toEqual(expired);
    expect(isAccepted({ exp: now - 299 }, { clockTolerance: 300 })).toBe(true);
    expect(faultOf({ exp: now - 300 }, { clockTolerance: 300 })).toEqual(expired);
  });

  it.each([0, -1, 1])('in the distant past means an expired token: %d', (exp) => {
    expect(faultOf({ exp })).toMatchObject({ code: 'ERR_TOKEN_EXPIRED' });
  });

  it('is the value of expiresAt', () => {
    expect(verifier.verifySync(signToken(key, { exp: now + 7 })).expiresAt).toBe(now + 7);
  });
});

describe('the claim nbf', () => {
  it('[CLAIMS-NOT-BEFORE] is not required, and refuses the token until that second minus the tolerance', () => {
    const early = { code: 'ERR_TOKEN_NOT_YET_VALID', claim: 'nbf', reason: 'mismatch' };
    for (const nbf of [undefined, null]) expect(isAccepted({ nbf })).toBe(true);
    expect(isAccepted({ nbf: now + 5 })).toBe(true);
    expect(faultOf({ nbf: now + 6 })).toEqual(early);
    expect(isAccepted({ nbf: now }, { clockTolerance: 0 })).toBe(true);
    expect(faultOf({ nbf: now + 1 }, { clockTolerance: 0 })).toEqual(early);
  });
});

describe('the claim iat', () => {
  it('is not required, and may be in the future, without maxTokenAge', () => {
    for (const iat of [undefined, null]) expect(isAccepted({ iat })).toBe(true);
    expect(isAccepted({ iat: now + 1000 })).toBe(true);
    expect(isAccepted({ iat: 0 })).toBe(true);
  });

  it('[CLAIMS-MAX-TOKEN-AGE] is required with maxTokenAge', () => {
    const expected = { code: 'ERR_CLAIM_MISSING', claim: 'iat', reason: 'missing' };
    for (const iat of [undefined, null]) expect(faultOf({ iat }, { maxTokenAge: 60 })).toEqual(expected);
  });

  it('[CLAIMS-MAX-TOKEN-AGE] is refused in the future with maxTokenAge, except for the tolerance', () => {
    const early = { code: 'ERR_TOKEN_NOT_YET_VALID', claim: 'iat', reason: 'mismatch' };
    expect(isAccepted({ iat: now + 5 }, { maxTokenAge: 60 })).toBe(true);
    expect(faultOf({ iat: now + 6 }, { maxTokenAge: 60 })).toEqual(early);
  });

  it('[CLAIMS-MAX-TOKEN-AGE] is refused after maxTokenAge plus the tolerance', () => {
    const old = { code: 'ERR_TOKEN_TOO_OLD', claim: 'iat', reason: 'mismatch' };
    expect(isAccepted({ iat: now - 65 }, { maxTokenAge: 60 })).toBe(true);
    expect(faultOf({ iat: now - 66 }, { maxTokenAge: 60 })).toEqual(old);
    expect(isAccepted({ iat: now - 60 }, { maxTokenAge: 60, clockTolerance: 0 })).toBe(true);
    expect(faultOf({ iat: now - 61 }, { maxTokenAge: 60, clockTolerance: 0 })).toEqual(old);
  });
});

describe('an invalid claim', () => {
  it('[CLAIMS-AFTER-SIGNATURE] is reported only after the signature was verified', () => {
    const stranger = generateTestKey('Ed25519', key.kid);
    for (const claims of [{ exp: 1 }, { aud: 'x' }, { exp: 'x' }, { cnf: { jkt: 'x' } }, { at_hash: 'x' }]) {
      const code = authErrorOf(() => verifier.verifySync(signToken(stranger, claims))).code;
      expect(code).toBe('ERR_SIGNATURE_INVALID');
    }
  });

  it('[ERRORS-NO-VALUES] does not appear in the error with its value', () => {
    for (const claims of [{ exp: 'hush' }, { aud: 'hush' }, { sub: ['hush'] }, { cnf: 'hush' }, { iss: 'hush' }]) {
      const error = authErrorOf(() => verifier.verifySync(signToken(key, claims)));
      expect(JSON.stringify([error, error.message, error.stack, String(error.cause)])).not.toContain('hush');
    }
  });
});

describe('[CLAIMS-MAX-LIFETIME] the option maxLifetime', () => {
  const limit = { maxLifetime: 600 };
  const long = { code: 'ERR_CLAIM_INVALID', claim: 'exp', reason: 'mismatch' };

  it('limits exp after iat, without tolerance: both are of one clock', () => {
    expect(isAccepted({ iat: now - 300, exp: now + 300 }, limit)).toBe(true);
    expect(faultOf({ iat: now - 300, exp: now + 301 }, limit)).toEqual(long);
    expect(isAccepted({ iat: now - 300, exp: now + 301 })).toBe(true);
  });

  it('limits exp after the current time, plus the tolerance, and needs no iat', () => {
    for (const iat of [undefined, null, now + 100_000]) {
      expect(isAccepted({ iat, exp: now + 605 }, limit)).toBe(true);
      expect(faultOf({ iat, exp: now + 606 }, limit)).toEqual(long);
    }
    expect(faultOf({ iat: undefined, exp: now + 601 }, { ...limit, clockTolerance: 0 })).toEqual(long);
  });

  it('applies to each issuer, like maxTokenAge', () => {
    const { issuer, audience, jwks = { keys: [] }, clock = systemClock } = optionsFor(key);
    const issuers = [{ issuer, audience, jwks, maxLifetime: 60 }];
    const one = createVerifier({ ...limit, issuers, clock, tokenCache: false });
    const token = signToken(key, { iat: now, exp: now + 300 });
    expect(authErrorOf(() => one.verifySync(token))).toMatchObject(long);
    expect(verifierFor(key, limit).verifySync(token).expiresAt).toBe(now + 300);
  });

  it('does not replace the expiry', () => {
    expect(faultOf({ iat: now - 700, exp: now - 300 }, limit)).toMatchObject({ code: 'ERR_TOKEN_EXPIRED' });
  });
});

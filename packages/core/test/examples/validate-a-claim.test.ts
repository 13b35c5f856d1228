import { describe, expect, it } from 'vitest';
import { authErrorOf } from '../support/expected-errors.ts';
import { now, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('ES256');

describe('the claim exp', () => {
  it('is accepted up to the tolerance, and refused from then on', () => {
    const verifier = verifierFor(key, { clockTolerance: 5 });
    expect(verifier.verifySync(signToken(key, { exp: now - 4 })).subject).toBe('subject');
    const error = authErrorOf(() => verifier.verifySync(signToken(key, { exp: now - 5 })));
    expect(error).toMatchObject({ code: 'ERR_TOKEN_EXPIRED', status: 401, claim: 'exp' });
  });
});

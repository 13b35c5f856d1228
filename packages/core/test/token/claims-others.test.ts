import { describe, expect, it } from 'vitest';
import type { SingleIssuerOptions } from '../../src/index.ts';
import { authErrorOf } from '../support/expected-errors.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');

type Members = Readonly<Record<string, unknown>>;

function refusal(claims: Members, options: Partial<SingleIssuerOptions> = {}): unknown {
  return authErrorOf(() => verifierFor(key, options).verifySync(signToken(key, claims)));
}

function isAccepted(claims: Members, options: Partial<SingleIssuerOptions> = {}): boolean {
  return verifierFor(key, options).verifySync(signToken(key, claims)).scheme === 'Bearer';
}

describe.each(['sub', 'jti', 'client_id', 'cid', 'azp', 'appid'])('the claim %s', (claim) => {
  it.each([1, 0, true, false, [], ['x'], [null], {}].map((value) => ({ value })))(
    '[CLAIMS-TEXT] is refused if it is not a string: $value',
    ({ value }) => {
      expect(refusal({ [claim]: value })).toMatchObject({ code: 'ERR_CLAIM_INVALID', claim, reason: 'invalid' });
    },
  );

  it('is not required', () => {
    expect(isAccepted({ [claim]: undefined })).toBe(true);
  });

  it('[CLAIMS-NULL] is absent if it is null', () => {
    const { subject, clientId } = verifierFor(key).verifySync(signToken(key, { client_id: 'client', [claim]: null }));
    expect(subject).toBe(claim === 'sub' ? undefined : 'subject');
    expect(clientId).toBe(claim === 'client_id' ? undefined : 'client');
    expect(refusal({ [claim]: null }, { requiredClaims: [claim] })).toMatchObject({ code: 'ERR_CLAIM_MISSING', claim });
  });
});

describe('required claims', () => {
  const names = ['sub', 'groups', 'toString', 'constructor', 'hasOwnProperty', '__proto__', 'valueOf', 'length', ''];

  it.each(names.filter((name) => name !== 'sub' && name !== ''))(
    'are missing if only the prototype of the claims has them: %s',
    (name) => {
      const missing = { code: 'ERR_CLAIM_MISSING', claim: name, reason: 'missing' };
      expect(refusal({}, { requiredClaims: [name] })).toMatchObject(missing);
    },
  );

  it.each(['groups', 'toString', 'constructor'])(
    '[CLAIMS-REQUIRED] are present with every value except null: %s',
    (name) => {
      for (const value of ['', 0, false, [], {}, 'x']) {
        expect(isAccepted({ [name]: value }, { requiredClaims: [name] })).toBe(true);
      }
      expect(refusal({ [name]: null }, { requiredClaims: [name] })).toMatchObject({
        code: 'ERR_CLAIM_MISSING',
        claim: name,
      });
    },
  );

  it('[CLAIMS-REQUIRED] must all be present', () => {
    const requiredClaims = ['sub', 'groups'];
    expect(refusal({}, { requiredClaims })).toMatchObject({ claim: 'groups' });
    expect(refusal({ sub: undefined, groups: [] }, { requiredClaims })).toMatchObject({ claim: 'sub' });
    expect(isAccepted({ groups: [] }, { requiredClaims })).toBe(true);
  });
});

describe('a token that is bound to a key', () => {
  const bindings = [
    ...[{ jkt: 'x' }, { 'x5t#S256': 'x' }, { jkt: 'x', kid: 'y' }, { jkt: null }, { 'x5t#S256': ['x'] }],
    ...[{ kid: 'x' }, { kid: '' }, { kid: null }, { jku: 'https://issuer.example/keys' }, { jku: 'x', kid: 'y' }],
    ...[{ jwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' } }, { jwk: {} }, { jwk: null }, { jwe: 'x' }, { jwe: {} }],
    ...[{ other: 'x', kid: 'y' }],
  ];

  it.each(bindings.map((cnf) => ({ cnf })))('[TOKEN-BOUND] is refused as a bearer token: $cnf', ({ cnf }) => {
    expect(refusal({ cnf })).toMatchObject({ code: 'ERR_BINDING_REQUIRED', status: 401, claim: 'cnf' });
  });

  it.each(
    [{}, { osc: {} }, { 'x5t#S1': 'x' }, { JKT: 'x' }, { toString: 'x' }, null, undefined].map((cnf) => ({ cnf })),
  )('names the key in cnf: $cnf does not bind', ({ cnf }) => {
    const verified = verifierFor(key).verifySync(signToken(key, { cnf }));
    expect(verified.scheme).toBe('Bearer');
    expect(verified).not.toHaveProperty('confirmation');
  });

  it.each(['x', '', 1, 0, true, false, [], [{ jkt: 'x' }]].map((cnf) => ({ cnf })))(
    'is refused if cnf is $cnf',
    ({ cnf }) => {
      expect(refusal({ cnf })).toMatchObject({ code: 'ERR_CLAIM_INVALID', claim: 'cnf', reason: 'invalid' });
    },
  );
});

import { describe, expect, it } from 'vitest';
import type { Algorithm } from '../../src/crypto/algorithms.ts';
import type { AnyAuthError, AuthResult, Verifier } from '../../src/index.ts';
import { dpopRequest, publicJwk, publicUrl, signBound, signProof, thumbprint } from '../support/dpop.ts';
import { now, signToken } from '../support/sign-token.ts';
import { generateTestKey, type TestKey } from '../support/test-key.ts';
import { engines, optionsFor, verifierOn } from '../support/verifiers.ts';

const issuerKey = generateTestKey('ES256');
const stranger = generateTestKey('ES256');
const algorithms: readonly Algorithm[] = ['ES256', 'ES384', 'Ed25519', 'RS256', 'PS256'];

function errorOf(result: AuthResult): AnyAuthError {
  if (result.ok) throw new Error('The request was granted');
  return result.error;
}

function privateJwk({ privateKey }: TestKey): object {
  return privateKey.export({ format: 'jwk' });
}

describe.each(engines)('on the engine $name', (engine) => {
  describe.each(algorithms)('a proof with %s', (alg) => {
    const key = generateTestKey(alg, 'client', 'client');
    const token = signBound(issuerKey, key);
    const verifier = (): Verifier => verifierOn(engine, optionsFor(issuerKey, { dpop: { publicUrl } }));

    it('[DPOP-PROOF] is accepted once', async () => {
      const api = verifier();
      const proof = signProof(key, token);
      const first = await api.authenticate(dpopRequest(token, proof));
      expect(first).toMatchObject({ ok: true, headers: {} });
      expect(first.ok && first.auth).toMatchObject({ scheme: 'DPoP', confirmation: { jkt: thumbprint(key) } });
      expect(errorOf(await api.authenticate(dpopRequest(token, proof))).code).toBe('ERR_PROOF_REPLAYED');
      expect(await api.authenticate(dpopRequest(token, signProof(key, token)))).toMatchObject({ ok: true });
    });

    it.each<[string, string, string | readonly string[]]>([
      ['1: no header', 'ERR_PROOF_MISSING', []],
      ['1: an empty header', 'ERR_PROOF_MISSING', ''],
      ['1: two headers', 'ERR_PROOF_REPEATED', [signProof(key, token), signProof(key, token)]],
      ['1: two values in one header', 'ERR_PROOF_REPEATED', `${signProof(key, token)}, ${signProof(key, token)}`],
      ['2: not a JWT', 'ERR_PROOF_MALFORMED', 'a.b'],
      ['2: too long', 'ERR_PROOF_MALFORMED', 'a'.repeat(8193)],
      ['2: an unknown critical extension', 'ERR_PROOF_MALFORMED', signProof(key, token, {}, { crit: ['x'], x: 1 })],
      ['3: no jti', 'ERR_PROOF_CLAIM', signProof(key, token, { jti: undefined })],
      ['3: an empty jti', 'ERR_PROOF_CLAIM', signProof(key, token, { jti: '' })],
      ['3: a long jti', 'ERR_PROOF_CLAIM', signProof(key, token, { jti: 'a'.repeat(1025) })],
      ['3: no htm', 'ERR_PROOF_CLAIM', signProof(key, token, { htm: undefined })],
      ['3: no htu', 'ERR_PROOF_CLAIM', signProof(key, token, { htu: undefined })],
      ['3: no iat', 'ERR_PROOF_CLAIM', signProof(key, token, { iat: undefined })],
      ['3: iat is text', 'ERR_PROOF_CLAIM', signProof(key, token, { iat: String(now) })],
      ['4: another type', 'ERR_PROOF_MALFORMED', signProof(key, token, {}, { typ: 'at+jwt' })],
      ['4: no type', 'ERR_PROOF_MALFORMED', signProof(key, token, {}, { typ: undefined })],
      ['5: no algorithm', 'ERR_PROOF_ALG', signProof(key, token, {}, { alg: undefined })],
      ['5: HMAC', 'ERR_PROOF_ALG', signProof(key, token, {}, { alg: 'HS256' })],
      ['5: none', 'ERR_PROOF_ALG', signProof(key, token, {}, { alg: 'none' })],
      [
        '5: an algorithm of another type of key',
        'ERR_PROOF_KEY',
        signProof(key, token, {}, { alg: alg === 'ES512' ? 'ES256' : 'ES512' }),
      ],
      ['6: no key', 'ERR_PROOF_KEY', signProof(key, token, {}, { jwk: undefined })],
      [
        '6: a signature of another key',
        'ERR_PROOF_SIGNATURE',
        `${signProof(key, token).split('.', 2).join('.')}.${signProof(key, token).split('.')[2]}`,
      ],
      ['7: a private key', 'ERR_PROOF_KEY', signProof(key, token, {}, { jwk: privateJwk(key) })],
      ['8: another method', 'ERR_PROOF_CLAIM', signProof(key, token, { htm: 'POST' })],
      ['8: the method in lower case', 'ERR_PROOF_CLAIM', signProof(key, token, { htm: 'get' })],
      ['9: another path', 'ERR_PROOF_CLAIM', signProof(key, token, { htu: 'https://api.example/order' })],
      ['9: another host', 'ERR_PROOF_CLAIM', signProof(key, token, { htu: 'https://evil.example/orders' })],
      ['11: too old', 'ERR_PROOF_TIME', signProof(key, token, { iat: now - 301 })],
      ['11: too new', 'ERR_PROOF_TIME', signProof(key, token, { iat: now + 301 })],
      ['12: no ath', 'ERR_PROOF_CLAIM', signProof(key, token, { ath: undefined })],
      ['12: ath of another token', 'ERR_PROOF_CLAIM', signProof(key, 'another token')],
      ['12: a key that the token is not bound to', 'ERR_BINDING_MISMATCH', signProof(stranger, token)],
    ])('[DPOP-CHECKS] is refused by check %s', async (_check, code, proof) => {
      const error = errorOf(await verifier().authenticate(dpopRequest(token, proof)));
      expect(error).toMatchObject({ code, status: 401 });
    });
  });

  it('[DPOP-BINDING] refuses a token that is not bound, with the scheme DPoP', async () => {
    const verifier = verifierOn(engine, optionsFor(issuerKey, { dpop: { publicUrl } }));
    for (const cnf of [undefined, { jkt: 'short' }, { kid: 'a' }]) {
      const token = signToken(issuerKey, { cnf });
      const error = errorOf(await verifier.authenticate(dpopRequest(token, signProof(stranger, token))));
      expect(error).toMatchObject({ code: 'ERR_BINDING_MISMATCH', claim: 'cnf' });
    }
  });

  it('[DPOP-BINDING] refuses a token that is bound to a certificate as well', async () => {
    const verifier = verifierOn(engine, optionsFor(issuerKey, { dpop: { publicUrl } }));
    const token = signToken(issuerKey, { cnf: { jkt: thumbprint(stranger), 'x5t#S256': 'a'.repeat(43) } });
    const result = await verifier.authenticate(dpopRequest(token, signProof(stranger, token)));
    expect(errorOf(result).code).toBe('ERR_BINDING_REQUIRED');
  });

  it('[DPOP-BINDING] refuses a bound token without a request, and with the scheme Bearer', async () => {
    const verifier = verifierOn(engine, optionsFor(issuerKey, { dpop: { publicUrl } }));
    const token = signBound(issuerKey, stranger);
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'ERR_BINDING_REQUIRED' });
    const header = (name: string): readonly string[] => (name === 'authorization' ? [`Bearer ${token}`] : []);
    const result = await verifier.authenticate(dpopRequest(token, [], { header }));
    expect(errorOf(result).code).toBe('ERR_BINDING_REQUIRED');
  });

  it('[DPOP-OFF] does not know the scheme DPoP without the option', async () => {
    const verifier = verifierOn(engine, optionsFor(issuerKey));
    const token = signBound(issuerKey, stranger);
    const result = await verifier.authenticate(dpopRequest(token, signProof(stranger, token)));
    expect(errorOf(result).code).toBe('ERR_CREDENTIALS_MISSING');
  });

  it('[DPOP-STRICT-KEY] refuses a key with members that only a private or symmetric key has, also empty ones', async () => {
    const verifier = verifierOn(engine, optionsFor(issuerKey, { dpop: { publicUrl } }));
    const token = signBound(issuerKey, stranger);
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) {
      for (const value of ['', null, 'AQ']) {
        const proof = signProof(stranger, token, {}, { jwk: { ...publicJwk(stranger), [name]: value } });
        expect(errorOf(await verifier.authenticate(dpopRequest(token, proof))).code).toBe('ERR_PROOF_KEY');
      }
    }
  });
});

import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'jose';

/** The algorithms with which an issuer can sign its tokens. */
export type SigningAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'Ed25519'
  | 'EdDSA';

/** A key pair of an issuer, as key objects and as JWKs. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const generate: typeof generateKeyPair.__promisify__ = promisify(generateKeyPair);

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

function generatePair(alg: SigningAlgorithm): Promise<KeyPair> {
  const namedCurve = CURVES[alg];
  if (namedCurve !== undefined) return generate('ec', { namedCurve });
  if (alg === 'Ed25519' || alg === 'EdDSA') return generate('ed25519');
  return generate('rsa', { modulusLength: 2048 });
}

function exportJwk(key: KeyObject, alg: SigningAlgorithm, kid: string): JWK {
  const jwk: JWK = { ...key.export({ format: 'jwk' }), alg, kid, use: 'sig' };
  return jwk;
}

/** Generates a key pair for an algorithm. The key ID is random by default. */
export async function generateSigningKey(
  alg: SigningAlgorithm = 'RS256',
  kid: string = randomBytes(12).toString('base64url'),
): Promise<SigningKey> {
  const { privateKey, publicKey } = await generatePair(alg);
  return {
    kid,
    alg,
    privateKey,
    publicKey,
    privateJwk: exportJwk(privateKey, alg, kid),
    publicJwk: exportJwk(publicKey, alg, kid),
  };
}

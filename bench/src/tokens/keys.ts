import { generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { AlgorithmName } from '../plan.ts';

/** The key pair of an authorization server. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: AlgorithmName;
  readonly privateKey: KeyObject;
  readonly publicJwk: PublicKey;
}

/** A public key in a key set. */
export interface PublicKey extends JsonWebKey {
  readonly kty: string;
  readonly kid: string;
  readonly alg: string;
  readonly use: 'sig';
}

const generate = promisify(generateKeyPair);
const curves: Partial<Record<AlgorithmName, string>> = { ES256: 'P-256', ES384: 'P-384' };

/** Creates a key pair: RSA of 2048 bits, or on the curve of the algorithm. */
export async function createSigningKey(alg: AlgorithmName, kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generatePair(alg);
  const { kty = '', ...members } = publicKey.export({ format: 'jwk' });
  return { kid, alg, privateKey, publicJwk: { kty, ...members, kid, alg, use: 'sig' } };
}

function generatePair(alg: AlgorithmName): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  const namedCurve = curves[alg];
  if (namedCurve !== undefined) return generate('ec', { namedCurve });
  return alg === 'EdDSA' ? generate('ed25519') : generate('rsa', { modulusLength: 2048 });
}

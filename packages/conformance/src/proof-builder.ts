import { createHash, createHmac, generateKeyPairSync, hkdfSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { encode, signed, type TokenBuilder } from './token-builder.ts';

type Members = Readonly<Record<string, unknown>>;

/** The public URL that the applications are configured with. No address of a server in the tests is part of it. */
export const publicUrl = 'https://api.example';

/** The secret of the nonces, and the life of a nonce in seconds: longer than the tests. */
export const nonceSecret = 'a secret of the conformance suite only';
export const nonceRotation = 600;

/** A key pair of a client. */
export interface ClientKey {
  readonly privateKey: KeyObject;
  readonly publicJwk: Members;
  /** Its thumbprint (RFC 7638). */
  readonly jkt: string;
}

/** Generates a key pair on the curve P-256. */
export function generateClientKey(): ClientKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' });
  return { privateKey, publicJwk: { kty, crv, x, y }, jkt: sha256(JSON.stringify({ crv, kty, x, y })) };
}

/** Returns a builder of a token that is bound to the key of a client. */
export function boundTo({ jkt }: ClientKey, claims: Members = {}): TokenBuilder {
  return signed({ cnf: { jkt }, ...claims });
}

/** The differences of a proof from a valid one for `GET /protected`. */
export interface ProofDifferences {
  /** A claim given as undefined is left out. */
  readonly claims?: Members;
  readonly header?: Members;
  /** Signs the proof instead of its own key. */
  readonly signer?: ClientKey;
}

/** Signs a proof with ES256 (RFC 9449, section 4.2). */
export function signProof(
  key: ClientKey,
  token: string,
  { claims, header, signer = key }: ProofDifferences = {},
): string {
  const fullHeader = { typ: 'dpop+jwt', alg: 'ES256', jwk: key.publicJwk, ...header };
  const fullClaims = {
    jti: randomUUID(),
    htm: 'GET',
    htu: `${publicUrl}/protected`,
    iat: Math.floor(Date.now() / 1000),
    ath: sha256(token),
    ...claims,
  };
  const input = `${encode(JSON.stringify(fullHeader))}.${encode(JSON.stringify(fullClaims))}`;
  const signature = sign('sha256', Buffer.from(input), { key: signer.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${encode(signature)}`;
}

/** Computes the nonce that is current now, or was some periods ago, independently of core. */
export function nonceOf(periodsAgo: number): string {
  const key = Buffer.from(hkdfSync('sha256', nonceSecret, '', 'dpop-nonce', 32));
  const period = Buffer.alloc(8);
  period.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / nonceRotation) - periodsAgo));
  const mac = createHmac('sha256', key).update('verifier dpop nonce v1').update(period);
  return mac.digest('base64url').slice(0, 22);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

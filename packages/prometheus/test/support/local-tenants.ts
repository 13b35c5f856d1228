import { generateKeyPairSync, sign } from 'node:crypto';
import type { IssuerResolver, JSONWebKeySet } from '@verifier/core';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const jwks: JSONWebKeySet = { keys: [{ kty: 'OKP', ...publicKey.export({ format: 'jwk' }), alg: 'EdDSA', kid: 'a' }] };
const header = encode({ alg: 'EdDSA', kid: 'a', typ: 'at+jwt' });

const audience = 'api://orders';

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Accepts every issuer of a form that clients can make up. All of them have one key. */
export const resolveTenant: IssuerResolver = (issuer) =>
  issuer.startsWith('https://tenant-') ? { issuer, audience, jwks } : undefined;

/** Returns a token of a tenant. */
export function tenantToken(tenant: string, isForged = false): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: `https://${tenant}.example`, aud: audience, sub: tenant, client_id: 'client', jti: tenant };
  const signed = `${header}.${encode({ ...claims, iat: now, exp: now + 3600 })}`;
  const signature = isForged ? Buffer.alloc(64, 1) : sign(null, Buffer.from(signed), privateKey);
  return `${signed}.${signature.toString('base64url')}`;
}

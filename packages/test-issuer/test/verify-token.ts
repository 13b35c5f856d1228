import { createRemoteJWKSet, type JWTVerifyResult, jwtVerify } from 'jose';
import type { AuthorizationServer } from '../src/index.ts';

/** Verifies a token with jose, with nothing but the issuer's metadata. */
export async function verifyToken(issuer: AuthorizationServer, token: string): Promise<JWTVerifyResult> {
  const response = await fetch(`${issuer.issuer}/.well-known/openid-configuration`);
  const { jwks_uri: jwksUri } = (await response.json()) as { jwks_uri: string };
  const keys = createRemoteJWKSet(new URL(jwksUri));
  return await jwtVerify(token, keys, { issuer: issuer.issuer, audience: issuer.audience, typ: 'at+jwt' });
}

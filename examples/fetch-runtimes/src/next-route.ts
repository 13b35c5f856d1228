import { createVerifier, fromFetchRequest, toFetchResponse, type Verifier } from '@verifier/core';

let verifier: Verifier | undefined;

// Created by the first request: `next build` imports this module, and has no environment.
function getVerifier(): Verifier {
  const { ISSUER = '', AUDIENCE = '' } = process.env;
  verifier ??= createVerifier({ issuer: ISSUER, audience: AUDIENCE });
  return verifier;
}

export async function GET(request: Request): Promise<Response> {
  const result = await getVerifier().authenticate(fromFetchRequest(request), { scope: 'read:orders' });
  // `!result.ok` does not narrow the type if `strict` is off.
  if (result.ok === false) return toFetchResponse(getVerifier().challenge(result.error));
  return Response.json({ client: result.auth?.clientId });
}

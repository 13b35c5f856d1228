import { createVerifier, fromFetchRequest, toFetchResponse } from '@verifier/core';

const { ISSUER = '', AUDIENCE = '' } = process.env;
const verifier = createVerifier({ issuer: ISSUER, audience: AUDIENCE });

export async function GET(request: Request): Promise<Response> {
  const result = await verifier.authenticate(fromFetchRequest(request), { scope: 'read:orders' });
  if (!result.ok) return toFetchResponse(verifier.challenge(result.error));
  return Response.json({ client: result.auth?.clientId });
}

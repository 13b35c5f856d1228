import { createVerifier, fromFetchRequest } from '@verifier/core';

const { ISSUER = '', AUDIENCE = '' } = process.env;
const verifier = createVerifier({ issuer: ISSUER, audience: AUDIENCE });

export async function GET(request: Request): Promise<Response> {
  const result = await verifier.authenticate(fromFetchRequest(request), { scope: 'read:orders' });
  if (!result.ok) {
    const { status, headers, body } = verifier.challenge(result.error);
    return new Response(body, { status, headers });
  }
  return Response.json({ client: result.auth?.clientId });
}

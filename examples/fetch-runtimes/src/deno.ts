import { createVerifier, fromFetchRequest, toFetchResponse } from '@verifier/core';

const verifier = createVerifier({ issuer: Deno.env.get('ISSUER') ?? '', audience: Deno.env.get('AUDIENCE') ?? '' });
await verifier.warmUp();

Deno.serve({ port: Number(Deno.env.get('PORT')), onListen }, async (request) => {
  const result = await verifier.authenticate(fromFetchRequest(request), { scope: 'read:orders' });
  if (!result.ok) return toFetchResponse(verifier.challenge(result.error));
  return Response.json({ client: result.auth?.clientId });
});

function onListen({ port }: { readonly port: number }): void {
  console.log(`listening on ${port}`);
}

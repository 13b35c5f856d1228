import { createVerifier, fromFetchRequest, toFetchResponse } from '@verifier/core';

const { ISSUER = '', AUDIENCE = '', PORT } = process.env;
const verifier = createVerifier({ issuer: ISSUER, audience: AUDIENCE });
await verifier.warmUp();

const server = Bun.serve({
  port: Number(PORT),
  async fetch(request) {
    const result = await verifier.authenticate(fromFetchRequest(request), { scope: 'read:orders' });
    if (!result.ok) return toFetchResponse(verifier.challenge(result.error));
    return Response.json({ client: result.auth?.clientId });
  },
});
console.log(`listening on ${server.port}`);

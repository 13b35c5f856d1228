import { createVerifier, fromFetchRequest } from '@verifier/core';

const { ISSUER = '', AUDIENCE = '', PORT } = process.env;
const verifier = createVerifier({ issuer: ISSUER, audience: AUDIENCE });
await verifier.warmUp();

const server = Bun.serve({
  port: Number(PORT),
  async fetch(request) {
    const result = await verifier.authenticate(fromFetchRequest(request), { scope: 'read:orders' });
    if (!result.ok) {
      const { status, headers, body } = verifier.challenge(result.error);
      return new Response(body, { status, headers });
    }
    return Response.json({ client: result.auth?.clientId });
  },
});
console.log(`listening on ${server.port}`);

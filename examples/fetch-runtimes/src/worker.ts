import { createVerifier, type FetchContext, fromFetchRequest, toFetchResponse, type Verifier } from '@verifier/core';

interface Bindings {
  readonly ISSUER: string;
  readonly AUDIENCE: string;
}

// The bindings arrive with the first request; later requests have the same.
let verifier: Verifier | undefined;

export default {
  async fetch(request: Request, env: Bindings, context: FetchContext): Promise<Response> {
    verifier ??= createVerifier({ issuer: env.ISSUER, audience: env.AUDIENCE });
    const result = await verifier.authenticate(fromFetchRequest(request, context), { scope: 'read:orders' });
    if (!result.ok) return toFetchResponse(verifier.challenge(result.error));
    return Response.json({ client: result.auth?.clientId });
  },
};

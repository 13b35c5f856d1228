import { createVerifier, type FetchLike, type Verifier, type VerifierOptions } from '../../src/index.ts';
import { createFakeClock } from '../fixtures/fake-clock.ts';

type Documents = Readonly<Record<string, unknown>>;

/** A verifier of provider options whose documents come from a table, and every address that it asked for. */
export interface StagedIssuer {
  readonly verifier: Verifier;
  readonly asked: readonly string[];
}

/** Serves documents by address, to options of a provider that lives on a host which is out of reach here. */
export function stage(options: VerifierOptions, documents: Documents): StagedIssuer {
  const asked: string[] = [];
  const fetch: FetchLike = async (url) => {
    asked.push(url);
    const found = documents[url];
    if (found === undefined) return new Response('not found', { status: 404 });
    return Response.json(found);
  };
  return { verifier: createVerifier({ ...options, http: { fetch }, clock: createFakeClock() }), asked };
}

import { createVerifier, type FetchLike, type Verifier, type VerifierOptions } from '../../src/index.ts';
import { createFakeClock } from '../fixtures/fake-clock.ts';

type Documents = Readonly<Record<string, unknown>>;

/** A verifier whose issuer is a table of documents, and the URLs that it fetched. */
export interface FakeIssuer {
  readonly verifier: Verifier;
  readonly urls: readonly string[];
}

/** Creates a verifier with the options of a provider, whose hosts tests cannot reach. Serves documents by URL. */
export function createFakeIssuer(options: VerifierOptions, documents: Documents): FakeIssuer {
  const urls: string[] = [];
  const fetch: FetchLike = async (url) => {
    urls.push(url);
    const found = documents[url];
    if (found === undefined) return new Response('not found', { status: 404 });
    return Response.json(found);
  };
  return { verifier: createVerifier({ ...options, http: { fetch }, clock: createFakeClock() }), urls };
}

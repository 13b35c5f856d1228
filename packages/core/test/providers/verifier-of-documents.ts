import { createVerifier, type Verifier, type VerifierOptions } from '../../src/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';

/** A verifier with a provider's options, and the URLs that it requested. */
export interface DocumentedVerifier {
  readonly verifier: Verifier;
  readonly requests: readonly string[];
}

/** Returns a verifier with a provider's options that gets its documents from a table, by URL. */
export function verifierOfDocuments(
  options: VerifierOptions,
  documents: Readonly<Record<string, unknown>>,
): DocumentedVerifier {
  const fake = new FakeIssuer();
  for (const [url, document] of Object.entries(documents)) fake.serve(url, document);
  const verifier = createVerifier({ ...options, http: { fetch: fake.fetch }, clock: new FakeClock() });
  return { verifier, requests: fake.requests };
}

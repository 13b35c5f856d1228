import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isAuthError, type Verifier } from '../../src/index.ts';
import { clientId, idToken, verifiers } from '../support/id-tokens.ts';
import { generateTestKey } from '../support/test-key.ts';

const key = generateTestKey('Ed25519');

const markers = {
  typ: fc.constantFrom('ID', 'Bearer', 'Refresh', 'Offline', 'Logout', 'x'),
  token_use: fc.constantFrom('id', 'access', 'x'),
  nonce: fc.constantFrom('x'),
  at_hash: fc.constantFrom('x'),
  c_hash: fc.constantFrom('x'),
  scope: fc.constantFrom('openid', ''),
  scp: fc.constantFrom(['read'], []),
  client_id: fc.constantFrom(clientId),
  cid: fc.constantFrom(clientId),
  azp: fc.constantFrom(clientId),
  auth_time: fc.constantFrom(1),
  code: fc.constantFrom('x'),
  state: fc.constantFrom('x'),
};
const header = fc.record({ typ: fc.constantFrom('JWT', 'at+jwt', 'application/jwt') }, { requiredKeys: [] });

async function isAccepted(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    (error: unknown) => {
      if (isAuthError(error)) return false;
      throw error;
    },
  );
}

// The client is an accepted audience here, so that only the purpose distinguishes the two kinds.
it('[ID-TOKEN-ONE-PURPOSE] no token is accepted both as an access token and as an ID token, unless nothing marks its kind', async () => {
  const tally = { access: 0, id: 0, neither: 0, unmarked: 0 };
  const [verifier] = verifiers({ audience: clientId }, key) as readonly [Verifier, Verifier];
  const property = fc.asyncProperty(fc.record(markers, { requiredKeys: [] }), header, async (claims, parameters) => {
    const token = idToken({ nonce: undefined, ...claims }, { typ: undefined, ...parameters }, key);
    const asAccess = await isAccepted(verifier.verify(token));
    const asId = await isAccepted(verifier.verifyIdToken(token, { clientId, nonce: null }));
    const isMarked = ['nonce', 'scope', 'scp', 'client_id', 'cid'].some((name) => name in claims);
    if (asAccess && asId) expect(isMarked || parameters.typ === 'at+jwt').toBe(false);
    tally[asAccess && asId ? 'unmarked' : asAccess ? 'access' : asId ? 'id' : 'neither'] += 1;
  });
  await fc.assert(property, { numRuns: 3000, seed: 20_290_317 });
  expect(Math.min(tally.access, tally.id, tally.neither)).toBeGreaterThan(10);
});

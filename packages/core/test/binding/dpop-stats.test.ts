import { expect, it } from 'vitest';
import type { ReplayStore, Verifier } from '../../src/index.ts';
import { dpopRequest, publicUrl, signBound, signProof } from '../support/dpop.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const issuerKey = generateTestKey('ES256');
const client = generateTestKey('ES256');
const other = generateTestKey('ES256');
const token = signBound(issuerKey, client);
const unused = { accepted: 0, refused: {}, replay: { first: 0, repeated: 0, failed: 0 } };

function verifierWith(replay?: ReplayStore | false): Verifier {
  return verifierFor(issuerKey, { dpop: replay === undefined ? { publicUrl } : { publicUrl, replay } });
}

async function send(verifier: Verifier, ...proofs: readonly string[]): Promise<void> {
  for (const proof of proofs) await verifier.authenticate(dpopRequest(token, proof));
}

it('[DPOP-STATS] counts accepted proofs, refused ones by code, and the answers of the replay store', async () => {
  const verifier = verifierWith();
  expect(verifier.stats().proofs).toEqual(unused);
  const proof = signProof(client, token);
  const wrongs = [signProof(client, token, { iat: 1 }), signProof(other, token), 'a.b.c'];
  await send(verifier, proof, signProof(client, token), proof, ...wrongs);
  expect(verifier.stats().proofs).toEqual({
    accepted: 2,
    refused: { ERR_PROOF_REPLAYED: 1, ERR_PROOF_TIME: 1, ERR_BINDING_MISMATCH: 1, ERR_PROOF_MALFORMED: 1 },
    replay: { first: 2, repeated: 1, failed: 0 },
  });
});

it.each<[string, ReplayStore['claim']]>([
  ['rejects', () => Promise.reject(new Error('down'))],
  [
    'throws',
    () => {
      throw new Error('down');
    },
  ],
])('[DPOP-STATS] counts a replay store that %s', async (_case, claim) => {
  const verifier = verifierWith({ claim });
  await send(verifier, signProof(client, token));
  expect(verifier.stats().proofs).toEqual({
    accepted: 0,
    refused: { ERR_REPLAY_STORE_UNAVAILABLE: 1 },
    replay: { first: 0, repeated: 0, failed: 1 },
  });
});

it('[DPOP-STATS] counts no answers with replay: false, and no proofs without the option', async () => {
  const verifier = verifierWith(false);
  const proof = signProof(client, token);
  await send(verifier, proof, proof);
  expect(verifier.stats().proofs).toEqual({ ...unused, accepted: 2 });
  const without = verifierFor(issuerKey);
  await send(without, proof);
  expect(without.stats().proofs).toEqual(unused);
});

it('[DPOP-STATS] returns a copy', async () => {
  const verifier = verifierWith();
  const before = verifier.stats().proofs;
  await send(verifier, signProof(client, token), 'a.b.c');
  expect(before).toEqual(unused);
});

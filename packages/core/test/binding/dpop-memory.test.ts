import { expect, it } from 'vitest';
import { ReplayMemory } from '../../src/binding/dpop/replay-memory.ts';
import type { VerifierEvent } from '../../src/index.ts';
import { dpopRequest, publicUrl, signBound, signProof } from '../support/dpop.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const issuerKey = generateTestKey('ES256');
const client = generateTestKey('ES256');
const token = signBound(issuerKey, client);

it('[DPOP-MEMORY] a full memory answers 503 with an event, and forgets no proof that may come again', async () => {
  const clock = new FakeClock();
  const events: VerifierEvent[] = [];
  const replay = new ReplayMemory({ lifetime: 605, maxEntries: 2, clock });
  const verifier = verifierFor(issuerKey, {
    clock,
    dpop: { publicUrl, replay },
    onEvent: (event) => events.push(event),
  });
  const codeOf = async (proof: string): Promise<string> => {
    const result = await verifier.authenticate(dpopRequest(token, proof));
    return result.ok ? 'granted' : result.error.code;
  };
  const fresh = (): string => signProof(client, token, { iat: clock.now() });
  const [first, second] = [fresh(), fresh()];
  expect([await codeOf(first), await codeOf(second)]).toEqual(['granted', 'granted']);
  expect(await codeOf(fresh())).toBe('ERR_REPLAY_STORE_UNAVAILABLE');
  expect(await codeOf(first)).toBe('ERR_PROOF_REPLAYED');
  expect(events).toContainEqual(expect.objectContaining({ code: 'ERR_REPLAY_STORE_UNAVAILABLE' }));
  // A lifetime later the proofs may still be remembered; two lifetimes later they are not.
  clock.advance(605);
  expect(await codeOf(fresh())).toBe('ERR_REPLAY_STORE_UNAVAILABLE');
  clock.advance(605);
  expect(await codeOf(fresh())).toBe('granted');
  expect(replay.size).toBe(1);
});

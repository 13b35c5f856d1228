import { describe, expect, it, vi } from 'vitest';
import type { AuthResult, ReplayStore, Verifier } from '../../src/index.ts';
import { dpopRequest, publicUrl, signBound, signProof } from '../support/dpop.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { now } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const issuerKey = generateTestKey('ES256');
const client = generateTestKey('ES256');
const other = generateTestKey('ES256');
const token = signBound(issuerKey, client);

function codeOf(result: AuthResult): string {
  return result.ok ? 'granted' : result.error.code;
}

function verifierWith(replay?: ReplayStore | false, clock: FakeClock = new FakeClock()): Verifier {
  return verifierFor(issuerKey, { clock, dpop: replay === undefined ? { publicUrl } : { publicUrl, replay } });
}

async function send(verifier: Verifier, proof: string, sent: string = token): Promise<string> {
  return codeOf(await verifier.authenticate(dpopRequest(sent, proof)));
}

describe('a proof', () => {
  it('[DPOP-REPLAY] of which 1,000 copies are sent at once is accepted once', async () => {
    const verifier = verifierWith();
    const proof = signProof(client, token);
    const codes = await Promise.all(Array.from({ length: 1000 }, () => send(verifier, proof)));
    expect(codes.filter((code) => code === 'granted')).toHaveLength(1);
    expect(codes.filter((code) => code === 'ERR_PROOF_REPLAYED')).toHaveLength(999);
  });

  it('[DPOP-REPLAY] may have the identifier of the proof of another client', async () => {
    const verifier = verifierWith();
    const theirs = signBound(issuerKey, other);
    expect(await send(verifier, signProof(client, token, { jti: 'same' }))).toBe('granted');
    expect(await send(verifier, signProof(other, theirs, { jti: 'same' }), theirs)).toBe('granted');
    expect(await send(verifier, signProof(client, token, { jti: 'same' }))).toBe('ERR_PROOF_REPLAYED');
  });

  it.each([1, 299, 301, 604, 606, 900, 1300])(
    '[DPOP-REPLAY] is not fresh again if the clock is set back by ten minutes after %i s',
    async (elapsed) => {
      let back = 0;
      const clock = new FakeClock();
      const wall = { now: () => clock.now() - back, monotonic: clock.monotonic };
      const verifier = verifierFor(issuerKey, { clock: wall, dpop: { publicUrl } });
      const proof = signProof(client, token);
      expect(await send(verifier, proof)).toBe('granted');
      for (let passed = 0; passed < elapsed; passed += 1) {
        clock.advance(1);
        if (passed % 100 === 0) await send(verifier, signProof(client, token, { iat: clock.now() }));
      }
      back = 600;
      expect(await send(verifier, proof)).not.toBe('granted');
    },
  );

  it('[DPOP-REPLAY] is accepted again with replay: false', async () => {
    const verifier = verifierWith(false);
    const proof = signProof(client, token);
    expect([await send(verifier, proof), await send(verifier, proof)]).toEqual(['granted', 'granted']);
  });
});

describe('the replay store', () => {
  it('[DPOP-STORE] is asked last: nothing that is refused claims an identifier', async () => {
    const claim = vi.fn(() => true);
    const verifier = verifierWith({ claim });
    const [header, claims] = signProof(client, token).split('.');
    const forged = `${header}.${claims}.${signProof(client, token).split('.')[2]}`;
    await send(verifier, forged);
    await send(verifier, signProof(client, token, { iat: now - 400 }));
    await send(verifier, signProof(other, token));
    await send(verifier, signProof(client, 'a.b.c'), 'a.b.c');
    expect(claim).not.toHaveBeenCalled();
    expect(await send(verifier, signProof(client, token, { iat: now + 100 }))).toBe('granted');
    expect(claim).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^[A-Za-z0-9_-]{43}$/), 405);
  });

  it.each<[string, ReplayStore['claim']]>([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['hangs', () => new Promise<boolean>(() => undefined)],
  ])('[DPOP-STORE] that %s is 503, and never a proof that passes', async (_case, claim) => {
    const verifier = verifierWith({ claim });
    const result = await verifier.authenticate(dpopRequest(token, signProof(client, token)));
    expect(codeOf(result)).toBe('ERR_REPLAY_STORE_UNAVAILABLE');
    const answer = result.ok ? undefined : verifier.challenge(result.error);
    expect(answer).toMatchObject({ status: 503, headers: { 'Retry-After': expect.stringMatching(/^[1-9]/) } });
    expect(answer?.headers).not.toHaveProperty('WWW-Authenticate');
  });

  it('[DPOP-STORE] that answers with anything but true has seen the proof', async () => {
    const answers: unknown[] = [false, undefined, 1, 'OK', null];
    for (const answer of answers) {
      const verifier = verifierWith({ claim: () => answer as boolean });
      expect(await send(verifier, signProof(client, token))).toBe('ERR_PROOF_REPLAYED');
    }
  });
});

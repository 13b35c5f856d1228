import { expect, it, onTestFinished, vi } from 'vitest';
import { createVerifier, type ReplayStore, type Verifier } from '../../src/index.ts';
import { dpopRequest, publicUrl, signBound, signProof } from '../support/dpop.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { now } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { optionsFor, verifierFor } from '../support/verifiers.ts';

const issuerKey = generateTestKey('ES256');
const client = generateTestKey('ES256');
const token = signBound(issuerKey, client);
const secret = 'a secret that is long enough for it';

async function codeOf(result: ReturnType<Verifier['authenticate']>): Promise<string> {
  const settled = await result;
  return settled.ok ? 'granted' : settled.error.code;
}

it('[DPOP-ANSWERS] a token that is too large has the error in the DPoP part', async () => {
  const verifier = verifierFor(issuerKey, { dpop: { publicUrl } });
  const result = await verifier.authenticate(dpopRequest('a'.repeat(20_000), []));
  if (result.ok) throw new Error('The request was granted');
  expect(result.error.code).toBe('ERR_TOKEN_TOO_LARGE');
  expect(verifier.challenge(result.error).headers['WWW-Authenticate']).toMatch(
    /^Bearer realm="api", DPoP realm="api", error="invalid_token"/,
  );
});

it('[DPOP-STORE] that answers with a promise of another library is awaited', async () => {
  const thenable = (value: boolean): Promise<boolean> =>
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library
    Object({ then: (resolve: (value: boolean) => void) => void setTimeout(resolve, 1, value) });
  for (const [value, code] of [
    [true, 'granted'],
    [false, 'ERR_PROOF_REPLAYED'],
  ] as const) {
    const verifier = verifierFor(issuerKey, { dpop: { publicUrl, replay: { claim: () => thenable(value) } } });
    expect(await codeOf(verifier.authenticate(dpopRequest(token, signProof(client, token))))).toBe(code);
  }
});

it('[DPOP-STORE] that rejects after its time causes no unhandled rejection', async () => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  onTestFinished(() => void process.off('unhandledRejection', unhandled));
  const late = Promise.withResolvers<boolean>();
  const verifier = verifierFor(issuerKey, { dpop: { publicUrl, replay: { claim: () => late.promise } } });
  const result = verifier.authenticate(dpopRequest(token, signProof(client, token)));
  expect(await codeOf(result)).toBe('ERR_REPLAY_STORE_UNAVAILABLE');
  late.reject(new Error('late'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(unhandled).not.toHaveBeenCalled();
});

it('[DPOP-STORE] remembers a proof for as long as its nonce is accepted, also that of a process ahead', async () => {
  const clock = new FakeClock(60 * Math.floor(now / 60));
  const until = new Map<string, number>();
  const replay: ReplayStore = {
    claim: (id, seconds) => {
      if ((until.get(id) ?? 0) > clock.now()) return false;
      until.set(id, clock.now() + seconds);
      return true;
    },
  };
  const nonce = { secret, rotation: 60 };
  const ahead = { now: () => clock.now() + 60, monotonic: clock.monotonic };
  const refused = await verifierFor(issuerKey, { clock: ahead, dpop: { publicUrl, nonce } }).authenticate(
    dpopRequest(token, signProof(client, token)),
  );
  const given = !refused.ok && refused.error.code === 'ERR_PROOF_NONCE' ? refused.error.nonce : undefined;
  const verifier = verifierFor(issuerKey, { clock, dpop: { publicUrl, nonce, replay } });
  const proof = signProof(client, token, { nonce: given });
  expect(await codeOf(verifier.authenticate(dpopRequest(token, proof)))).toBe('granted');
  for (let passed = 0; passed < 300; passed += 10) {
    clock.advance(10);
    expect(await codeOf(verifier.authenticate(dpopRequest(token, proof)))).not.toBe('granted');
  }
});

it.each(['\\orders', 'http:\\\\evil.example\\orders', 'orders', 'urn:a', ''])(
  '[DPOP-HTU] no proof fits the request target %j, which is neither a path nor a URL',
  async (target) => {
    const verifier = verifierFor(issuerKey, { dpop: { publicUrl } });
    for (const htu of ['https://api.example/', 'https://api.example', 'https://api.example/orders']) {
      const request = dpopRequest(token, signProof(client, token, { htu }), { target: () => target });
      expect(await codeOf(verifier.authenticate(request))).toBe('ERR_PROOF_CLAIM');
    }
  },
);

it('[DPOP-HTU] the target of OPTIONS * is the public URL', async () => {
  const verifier = verifierFor(issuerKey, { dpop: { publicUrl } });
  const proof = signProof(client, token, { htu: 'https://api.example', htm: 'OPTIONS' });
  const request = dpopRequest(token, proof, { target: () => '*', method: 'OPTIONS' });
  expect(await codeOf(verifier.authenticate(request))).toBe('granted');
});

it('[DPOP-UNPROTECTED] replay: false warns once', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  const off = { publicUrl, replay: false } as const;
  for (const publicUrls of [off, off]) createVerifier(optionsFor(issuerKey, { dpop: publicUrls }));
  createVerifier(optionsFor(issuerKey, { dpop: { publicUrl } }));
  const codes = warn.mock.calls.map(([, options]) => Object(options).code);
  expect(codes).toEqual(['VERIFIER_DPOP_REPLAY']);
});

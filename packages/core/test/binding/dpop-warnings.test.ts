import { expect, it, onTestFinished } from 'vitest';
import type { DpopOptions, Verifier } from '../../src/index.ts';
import { dpopRequest, publicUrl, signBound, signProof } from '../support/dpop.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const issuerKey = generateTestKey('ES256');
const client = generateTestKey('ES256');
const token = signBound(issuerKey, client);

function recordWarnings(): string[] {
  const codes: string[] = [];
  const record = (warning: Error & { code?: string }): void => void codes.push(String(warning.code));
  process.on('warning', record);
  onTestFinished(() => void process.off('warning', record));
  return codes;
}

async function sendFor(minutes: number, clock: FakeClock, verifier: Verifier, claims: () => object): Promise<void> {
  for (let second = 0; second < minutes * 60; second += 3) {
    await verifier.authenticate(dpopRequest(token, signProof(client, token, { ...claims() })));
    clock.advance(3);
  }
  await verifier.authenticate(dpopRequest(token, signProof(client, token, { ...claims() })));
  await new Promise(setImmediate);
}

function verifierWith(clock: FakeClock, more: Partial<DpopOptions> = {}): Verifier {
  return verifierFor(issuerKey, { clock, dpop: { publicUrl, ...more } });
}

const nonce = { secret: 'a secret that is long enough for it' };

it.each<[string, Partial<DpopOptions>, object, string[]]>([
  ['nonces of another secret', { nonce }, { nonce: 'a'.repeat(22) }, ['VERIFIER_DPOP_NONCE']],
  ['proofs that are too old', {}, { iat: 1 }, ['VERIFIER_CLOCK_SKEW']],
  ['proofs without a nonce', { nonce }, {}, []],
])('[DPOP-WARNINGS] %s for minutes cause %o', async (_case, options, claims, codes) => {
  const clock = new FakeClock();
  const warnings = recordWarnings();
  await sendFor(4, clock, verifierWith(clock, options), () => claims);
  expect(warnings).toEqual(codes);
});

it('[DPOP-WARNINGS] a few clients with a wrong clock cause none', async () => {
  const clock = new FakeClock();
  const warnings = recordWarnings();
  let sent = 0;
  await sendFor(3, clock, verifierWith(clock), () => {
    sent += 1;
    return { iat: sent % 3 === 0 ? 1 : clock.now() };
  });
  expect(warnings).toEqual([]);
});

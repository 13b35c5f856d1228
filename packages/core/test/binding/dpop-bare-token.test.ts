import { expect, it } from 'vitest';
import { publicUrl, signBound, signProof } from '../support/dpop.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const issuerKey = generateTestKey('ES256');
const client = generateTestKey('ES256');
const token = signBound(issuerKey, client, { scope: 'read' });
const url = 'https://api.example/orders?page=2';
const verifier = verifierFor(issuerKey, { dpop: { publicUrl } });

it('[DPOP-BARE] a bound token without a request is verified with its proof', async () => {
  const proof = signProof(client, token);
  const auth = await verifier.verify(token, { proof, method: 'GET', url, scope: 'read' });
  expect(auth).toMatchObject({ scheme: 'DPoP', subject: 'subject' });
  await expect(verifier.verify(token, { proof, method: 'GET', url })).rejects.toMatchObject({
    code: 'ERR_PROOF_REPLAYED',
  });
});

it.each([
  [{ method: 'POST', url }, 'ERR_PROOF_CLAIM'],
  [{ method: 'GET', url: 'https://evil.example/orders' }, 'ERR_PROOF_CLAIM'],
  [{ method: 'GET', url, scope: 'write' }, 'ERR_SCOPE_INSUFFICIENT'],
])('[DPOP-BARE] is refused with %o', async (more, code) => {
  await expect(verifier.verify(token, { proof: signProof(client, token), ...more })).rejects.toMatchObject({ code });
});

it.each([
  { proof: 'a' },
  { proof: 'a', method: 'GET' },
  { proof: 'a', method: 'GET', url: 'orders' },
  { method: 'GET', url },
])('[DPOP-BARE] an incomplete proof (%o) is a ConfigurationError', async (options) => {
  await expect(verifier.verify(token, Object(options))).rejects.toThrow(
    /verify takes \{ proof, method, url \} together/,
  );
});

it('[DPOP-BARE] a proof without the option dpop is refused', async () => {
  const off = verifierFor(issuerKey);
  await expect(off.verify(token, { proof: signProof(client, token), method: 'GET', url })).rejects.toMatchObject({
    code: 'ERR_BINDING_REQUIRED',
  });
});

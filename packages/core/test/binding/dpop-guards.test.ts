import { describe, expect, it, vi } from 'vitest';
import { fromFetchRequest, fromNodeRequest, type NodeRequest, type Verifier } from '../../src/index.ts';
import { publicUrl, signBound, signProof } from '../support/dpop.ts';
import { generateTestKey } from '../support/test-key.ts';
import { engines, optionsFor, verifierOn } from '../support/verifiers.ts';

const issuerKey = generateTestKey('ES256');
const client = generateTestKey('ES256');
const token = signBound(issuerKey, client);

/** One request, as Node.js receives it. */
function nodeRequest(proof: string): NodeRequest {
  const headers = { authorization: `DPoP ${token}`, dpop: proof };
  return { method: 'GET', url: '/orders', headers, rawHeaders: Object.entries(headers).flat() };
}

function fetchRequest(proof: string): Request {
  return new Request('https://api.example/orders', { headers: { authorization: `DPoP ${token}`, dpop: proof } });
}

async function codeOf(result: ReturnType<Verifier['authenticate']>): Promise<string> {
  const settled = await result;
  return settled.ok ? 'granted' : settled.error.code;
}

describe.each(engines)('on the engine $name', (engine) => {
  const verifierWith = (replay?: (id: string) => Promise<boolean>): Verifier => {
    const dpop = { publicUrl, ...(replay !== undefined && { replay: { claim: replay } }) };
    return verifierOn(engine, optionsFor(issuerKey, { dpop }));
  };

  it('[DPOP-GUARDS] several guards accept the proof of one request, and no other request with it', async () => {
    const verifier = verifierWith();
    const proof = signProof(client, token);
    const request = nodeRequest(proof);
    expect(await codeOf(verifier.authenticate(fromNodeRequest(request)))).toBe('granted');
    expect(await codeOf(verifier.authenticate(fromNodeRequest(request)))).toBe('granted');
    expect(await codeOf(verifier.authenticate(fromNodeRequest(nodeRequest(proof))))).toBe('ERR_PROOF_REPLAYED');
    const fetched = fetchRequest(signProof(client, token));
    expect(await codeOf(verifier.authenticate(fromFetchRequest(fetched)))).toBe('granted');
    expect(await codeOf(verifier.authenticate(fromFetchRequest(fetched)))).toBe('granted');
  });

  it('[DPOP-GUARDS] simultaneous guards of one request ask the replay store once', async () => {
    const claim = vi.fn(async () => claim.mock.calls.length === 1);
    const verifier = verifierWith(claim);
    const request = nodeRequest(signProof(client, token));
    const codes = await Promise.all([1, 2, 3].map(() => codeOf(verifier.authenticate(fromNodeRequest(request)))));
    expect(codes).toEqual(['granted', 'granted', 'granted']);
    expect(claim).toHaveBeenCalledOnce();
  });

  it('[DPOP-GUARDS] every guard of a replayed request refuses it', async () => {
    const verifier = verifierWith();
    const proof = signProof(client, token);
    await verifier.authenticate(fromNodeRequest(nodeRequest(proof)));
    const copy = nodeRequest(proof);
    expect(await codeOf(verifier.authenticate(fromNodeRequest(copy)))).toBe('ERR_PROOF_REPLAYED');
    expect(await codeOf(verifier.authenticate(fromNodeRequest(copy)))).toBe('ERR_PROOF_REPLAYED');
  });

  it('[DPOP-GUARDS] another proof in the same request object is claimed, too', async () => {
    const verifier = verifierWith();
    const used = signProof(client, token);
    await verifier.authenticate(fromNodeRequest(nodeRequest(used)));
    const request = nodeRequest(signProof(client, token));
    expect(await codeOf(verifier.authenticate(fromNodeRequest(request)))).toBe('granted');
    const changed = { ...request, headers: { authorization: `DPoP ${token}`, dpop: used } };
    expect(await codeOf(verifier.authenticate(fromNodeRequest(changed)))).toBe('ERR_PROOF_REPLAYED');
  });
});

it('[DPOP-KEYS] a key is imported once, whatever header names it, and again for another algorithm', async () => {
  const rsa = generateTestKey('RS256');
  const pss = generateTestKey('PS256');
  const imported: string[] = [];
  const [node] = engines;
  if (node === undefined) throw new Error('There is no engine');
  const importKey: typeof node.importKey = (jwk, algorithm) => {
    if (jwk.kty === 'RSA') imported.push(algorithm);
    return node.importKey(jwk, algorithm);
  };
  const verifier = verifierOn({ ...node, importKey }, optionsFor(issuerKey, { dpop: { publicUrl } }));
  const bound = signBound(issuerKey, rsa);
  const send = async (proof: string): Promise<string> =>
    codeOf(
      verifier.authenticate(
        fromNodeRequest({ method: 'GET', url: '/orders', headers: { authorization: `DPoP ${bound}`, dpop: proof } }),
      ),
    );
  for (const header of [{}, {}, { kid: 'a' }, { x: 'a'.repeat(3000) }, { x: 'a'.repeat(3000) }]) {
    expect(await send(signProof(rsa, bound, {}, header))).toBe('granted');
  }
  expect(imported).toEqual(['RS256']);
  expect(await send(signProof(pss, bound))).toBe('granted');
  expect(imported).toEqual(['RS256', 'PS256']);
  expect(await send(signProof(rsa, bound))).toBe('granted');
});

it('[DPOP-KEYS] the header of a known key is not accepted with the token of another client', async () => {
  const verifier = verifierOn(engines[0] ?? Object(undefined), optionsFor(issuerKey, { dpop: { publicUrl } }));
  const other = generateTestKey('ES256');
  const theirs = signBound(issuerKey, other);
  const send = (sent: string, proof: string): Promise<string> =>
    codeOf(
      verifier.authenticate(
        fromNodeRequest({ method: 'GET', url: '/orders', headers: { authorization: `DPoP ${sent}`, dpop: proof } }),
      ),
    );
  expect(await send(token, signProof(client, token))).toBe('granted');
  expect(await send(theirs, signProof(other, theirs))).toBe('granted');
  expect(await send(theirs, signProof(client, theirs))).toBe('ERR_BINDING_MISMATCH');
  expect(await send(token, signProof(client, token, { htm: 'POST' }))).toBe('ERR_PROOF_CLAIM');
});

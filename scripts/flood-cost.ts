// The cost of a flood of bad signatures to the rest of the process: `npm run flood-cost`. Prints the time of one `fs.stat`
// and of one new valid token behind 2,000 of them, for each algorithm.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { createVerifier, type RequestLike } from '@verifier/core';

const issuer = 'https://issuer.example';
const audience = 'api://flood';
const flood = 2000;

interface Signer {
  readonly alg: string;
  readonly jwk: Readonly<Record<string, unknown>>;
  readonly privateKey: KeyObject;
}

function signer(alg: string, { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): Signer {
  return { alg, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), alg, kid: alg } };
}

const signers: readonly Signer[] = [
  signer('RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })),
  signer('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  signer('ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' })),
  signer('ES512', generateKeyPairSync('ec', { namedCurve: 'P-521' })),
];

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** A request whose token has a valid signature, or that of another token. */
function requestOf({ alg, privateKey }: Signer, jti: string, isGood: boolean): RequestLike {
  const claims = { iss: issuer, aud: audience, sub: 'subject', exp: 4_102_444_800, client_id: 'client', jti };
  const input = `${encode({ alg, kid: alg, typ: 'at+jwt' })}.${encode(claims)}`;
  const signed = Buffer.from(isGood ? input : 'another token');
  const signature = sign(`sha${alg.slice(2)}`, signed, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const values = [`Bearer ${input}.${signature.toString('base64url')}`];
  return { method: 'GET', url: () => '', header: () => values };
}

async function measure(by: Signer): Promise<string> {
  const verifier = createVerifier({ issuer, audience, jwks: Object({ keys: [by.jwk] }) });
  const requests = Array.from({ length: flood }, (_, index) => requestOf(by, `${index}`, false));
  const good = requestOf(by, 'good', true);
  let answered = 0;
  const answers = requests.map(async (request) => {
    const result = await verifier.authenticate(request);
    answered += 1;
    return result.ok ? 'accepted' : result.error.code;
  });
  const start = performance.now();
  const seconds = (): string => ((performance.now() - start) / 1000).toFixed(3);
  const last = Promise.resolve(verifier.authenticate(good)).then(
    (result) => `${result.ok ? 'accepted' : result.error.code} after ${seconds()} s`,
  );
  await stat(import.meta.filename);
  const file = `fs.stat after ${seconds()} s and ${answered} answers`;
  const busy = (await Promise.all(answers)).filter((code) => code === 'ERR_BUSY').length;
  const text = `${by.alg}: ${file}; a new token ${await last}; ${busy} of ${flood} answered with ERR_BUSY`;
  await verifier.close();
  return text;
}

for (const by of signers) console.log(await measure(by));

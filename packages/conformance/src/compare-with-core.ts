import { createVerifier, fromNodeRequest, type Verifier } from '@verifier/core';
import fc from 'fast-check';
import { type Answer, toAnswer } from './answer.ts';
import { describeAuth } from './app.ts';
import type { HeaderList } from './conformance-case.ts';
import type { SendHeaders } from './suite.ts';
import { type SigningContext, signed, type TokenBuilder, tampered, unsigned } from './token-builder.ts';

const builders: readonly TokenBuilder[] = [
  signed(),
  signed({ scope: undefined, client_id: undefined }),
  signed({ exp: 1 }),
  signed({ aud: 'https://other.example' }),
  signed({ iss: 'https://other.example' }),
  signed({}, { kid: 'unknown' }),
  signed({}, { alg: 'HS256' }),
  unsigned('none'),
  tampered((parts) => ({ ...parts, signature: '' })),
  tampered((parts) => ({ ...parts, claims: `${parts.claims.slice(0, -2)}AA` })),
  () => '2YotnFZFEjr1zCsicMWpAA',
  () => 'a.b.c.d.e',
];

const schemes = fc.constantFrom('Bearer', 'bearer', 'BEARER', 'Basic', 'DPoP', 'Bearer,', 'Bearer=', 'bear', '');
const spaces = fc.constantFrom(' ', '  ', '', '\t', ' \t ', ', ');
// Characters that every HTTP implementation passes on unchanged.
const visible = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 12,
});

/** A header value; `TOKEN` is replaced by a built token. */
const value = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(schemes, spaces, fc.constantFrom('TOKEN', 'TOKEN', 'TOKEN=', 'TOKEN TOKEN', '"TOKEN"', ''))
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.tuple(schemes, spaces, visible).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: visible },
);

const values = fc.oneof(
  { weight: 8, arbitrary: fc.array(value, { minLength: 1, maxLength: 1 }) },
  { weight: 2, arbitrary: fc.array(value, { minLength: 0, maxLength: 3 }) },
);

/** Requests to `/protected` with valid and invalid credentials. */
function randomRequests(context: SigningContext): fc.Arbitrary<HeaderList> {
  const name = fc.constantFrom('Authorization', 'authorization', 'AUTHORIZATION');
  return fc.tuple(values, fc.nat(builders.length - 1), name).map(([list, index, header]) => {
    const token = builders[index]?.(context) ?? '';
    return list.map((text) => [header, text.trim().replaceAll('TOKEN', token)] as const);
  });
}

/** Returns core's answer to a request, in the form of an adapter's answer. */
async function answerOfCore(verifier: Verifier, headers: HeaderList, issuer: string): Promise<Answer> {
  // As Node.js does: `headers` keeps the first of several values.
  const [authorization] = headers.map(([, value]) => value);
  const request = fromNodeRequest({
    method: 'GET',
    url: '/protected',
    rawHeaders: headers.flat(),
    headers: authorization === undefined ? {} : { authorization },
  });
  const result = await verifier.authenticate(request);
  if (result.ok) {
    const body = JSON.stringify(describeAuth(result.auth));
    return toAnswer({ status: 200, headers: [['content-type', 'application/json']], body }, issuer);
  }
  const { status, headers: answered, body } = verifier.challenge(result.error);
  return toAnswer({ status, headers: Object.entries(answered), body }, issuer);
}

/** Sends random requests to an adapter and to core. Rejects with the first one that they answer differently. */
export async function compareWithCore(context: SigningContext, send: SendHeaders, numRuns: number): Promise<void> {
  const verifier = createVerifier({ issuer: context.issuer, audience: context.audience });
  const property = fc.asyncProperty(randomRequests(context), async (headers) => {
    const actual = JSON.stringify(await send(headers));
    const expected = JSON.stringify(await answerOfCore(verifier, headers, context.issuer));
    if (actual !== expected) throw new Error(`The adapter answered ${actual}, and core ${expected}`);
  });
  try {
    await fc.assert(property, { numRuns, seed: 20_290_317 });
  } finally {
    await verifier.close();
  }
}

import { createVerifier, fromNodeRequest, type Verifier } from '@verifier/core';
import fc from 'fast-check';
import { type Answer, toAnswer } from './answer.ts';
import { describeAuth } from './app.ts';
import type { HeaderList } from './conformance-case.ts';
import { type Forge, type Recipe, signed, tampered, unsigned } from './forge.ts';
import type { Asked } from './stage.ts';

const recipes: readonly Recipe[] = [
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
// What every HTTP implementation passes on as it is.
const visible = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 12,
});

/** A header value; TOKEN stands for a token that a recipe makes. */
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

/** Requests to `/protected` with credentials of every kind, good and bad. */
function randomRequests(forge: Forge): fc.Arbitrary<HeaderList> {
  const name = fc.constantFrom('Authorization', 'authorization', 'AUTHORIZATION');
  return fc.tuple(values, fc.nat(recipes.length - 1), name).map(([list, index, header]) => {
    const token = recipes[index]?.(forge) ?? '';
    return list.map((text) => [header, text.trim().replaceAll('TOKEN', token)] as const);
  });
}

/** What core says to a request, in the form in which an adapter's answer is recorded. */
async function answerOfCore(verifier: Verifier, headers: HeaderList, issuer: string): Promise<Answer> {
  const request = fromNodeRequest({ method: 'GET', url: '/protected', rawHeaders: headers.flat(), headers: {} });
  const result = await verifier.authenticate(request);
  if (result.ok) {
    const body = JSON.stringify(describeAuth(result.auth));
    return toAnswer({ status: 200, headers: [['content-type', 'application/json']], body }, issuer);
  }
  const { status, headers: answered, body } = verifier.challenge(result.error);
  return toAnswer({ status, headers: Object.entries(answered), body }, issuer);
}

/** Asks an adapter and core the same random questions; fails with the first one that they answer differently. */
export async function compareWithCore(forge: Forge, ask: Asked, numRuns: number): Promise<void> {
  const verifier = createVerifier({ issuer: forge.issuer, audience: forge.audience });
  const property = fc.asyncProperty(randomRequests(forge), async (headers) => {
    const [here, there] = [await ask(headers), await answerOfCore(verifier, headers, forge.issuer)];
    const said = [here, there].map((answer) => JSON.stringify(answer));
    if (said[0] !== said[1]) throw new Error(`The adapter says ${said[0]}, core ${said[1]}`);
  });
  try {
    await fc.assert(property, { numRuns, seed: 20_290_317 });
  } finally {
    await verifier.close();
  }
}

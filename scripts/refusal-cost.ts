// The cost of refusing the most expensive inputs: `npm run refusal-cost`. Prints the time of each input as a multiple of
// the time for verifying a valid token of the same algorithm, and the time for inputs above the size limit.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createVerifier, type RequestLike, type Verifier } from '@verifier/core';

const issuer = 'https://issuer.example';
const audience = 'api://cost';
const cap = 16_384;
const rounds = 15;
const secondsPerRound = 0.002;

interface Signer {
  readonly alg: string;
  readonly jwk: Readonly<Record<string, unknown>>;
  readonly sign: (input: string) => Buffer;
}

function signer(alg: string, { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): Signer {
  const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`;
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const jwk = { ...publicKey.export({ format: 'jwk' }), alg, kid: alg };
  return { alg, jwk, sign: (input) => sign(hash, Buffer.from(input), key) };
}

const signers: readonly Signer[] = [
  signer('RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })),
  signer('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  signer('ES512', generateKeyPairSync('ec', { namedCurve: 'P-521' })),
  signer('EdDSA', generateKeyPairSync('ed25519')),
];

const encode = (text: string): string => Buffer.from(text).toString('base64url');
const claims = { iss: issuer, aud: audience, sub: 'subject', exp: 4_102_444_800, client_id: 'client', scope: 'read' };

/** A token with any header and claims, and a valid or an invalid signature. */
function token(by: Signer, header: string, body: string, isGood = true): string {
  const input = `${encode(header)}.${encode(body)}`;
  const signature = by.sign(isGood ? input : `${input}A`);
  return `${input}.${signature.toString('base64url')}`;
}

const headerOf = ({ alg }: Signer): string => JSON.stringify({ alg, kid: alg, typ: 'at+jwt' });

/** JSON of one kind, of about the given number of bytes. */
function filling(kind: string, bytes: number): string {
  const repeated = (unit: string, start: string, end: string): string =>
    start + unit.repeat(Math.floor((bytes - start.length - end.length) / unit.length)) + end;
  switch (kind) {
    case 'numbers':
      return `${repeated('0,', '[', '0]')}`;
    case 'fractions':
      return repeated('1.5e-7,', '[', '0]');
    case 'objects':
      return repeated('{},', '[', '{}]');
    case 'arrays in arrays':
      return '['.repeat(bytes / 2) + ']'.repeat(bytes / 2);
    case 'objects in objects':
      return `${'{"":'.repeat(bytes / 5)}0${'}'.repeat(bytes / 5)}`;
    case 'a thousand objects':
      return `[${'{"abcde":0},'.repeat(980)}"${'x'.repeat(Math.max(bytes - 12_000, 0))}"]`;
    case 'a thousand arrays in arrays':
      return `[${'['.repeat(980)}${']'.repeat(980)},"${'x'.repeat(bytes - 2000)}"]`;
    case 'members':
      return `{${Array.from({ length: Math.floor(bytes / 9) }, (_, index) => `"${index.toString(36).padStart(4, '_')}":0`).join()}}`;
    case 'escapes':
      return repeated('\\u0041', '"', '"');
    case 'listed names':
      return `[${Array.from({ length: Math.floor(bytes / 7) }, (_, index) => `"${index.toString(36).padStart(4, '_')}"`).join()}]`;
    default:
      return `"${'x'.repeat(bytes)}"`;
  }
}

const kinds = [
  'text',
  'numbers',
  'fractions',
  'objects',
  'arrays in arrays',
  'objects in objects',
  'a thousand objects',
  'a thousand arrays in arrays',
  'members',
  'escapes',
];
const roomFor = (by: Signer): number => Math.floor(((cap - 700 - headerOf(by).length * 2) * 3) / 4);
const withMember = (name: string, json: string, others: object = claims): string =>
  `${JSON.stringify(others).slice(0, -1)},"${name}":${json}}`;

interface Input {
  readonly name: string;
  readonly by: Signer;
  readonly text: string;
}

function inputsOf(by: Signer): Input[] {
  const bytes = roomFor(by);
  const header = headerOf(by);
  const wrong = { ...claims, aud: 'api://other' };
  return [
    ...kinds.map((kind) => ({
      name: `bad signature, claims of ${kind}`,
      by,
      text: token(by, header, withMember('x', filling(kind, bytes)), false),
    })),
    ...kinds.map((kind) => ({
      name: `header of ${kind}`,
      by,
      text: token(by, withMember('x', filling(kind, bytes), JSON.parse(header)), JSON.stringify(claims), false),
    })),
    ...kinds.map((kind) => ({
      name: `good signature, wrong audience, claims of ${kind}`,
      by,
      text: token(by, header, withMember('x', filling(kind, bytes), wrong)),
    })),
    ...['listed names', 'numbers'].map((kind) => ({
      name: `good signature, aud of ${kind}`,
      by,
      text: token(by, header, withMember('aud', filling(kind, bytes))),
    })),
    { name: 'short, bad signature', by, text: token(by, header, JSON.stringify(claims), false) },
    {
      name: 'short, unknown key',
      by,
      text: token(by, JSON.stringify({ alg: by.alg, kid: 'x' }), JSON.stringify(claims)),
    },
    {
      name: 'a signature that fills the token',
      by,
      text: `${encode(header)}.${encode(JSON.stringify(claims))}.${'A'.repeat(15_800)}`,
    },
  ];
}

const forms: readonly (readonly [string, string])[] = [
  ['dots', '.'.repeat(cap)],
  ['letters', 'a'.repeat(cap)],
  ['letters, and a bad one at the end', `${'a'.repeat(cap - 1)}!`],
  ['parts, and a bad letter at the end', `${'a'.repeat(5000)}.${'a'.repeat(5000)}.${'a'.repeat(6000)}!`],
];

/** Seconds for one call: the minimum, because other load on the machine only adds to it. */
function secondsFor(call: () => void): number {
  const start = performance.now();
  call();
  const batch = Math.max(1, Math.min(200, Math.round(secondsPerRound / ((performance.now() - start) / 1000))));
  for (let index = 0; index < batch; index += 1) call();
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const from = performance.now();
    for (let index = 0; index < batch; index += 1) call();
    times.push((performance.now() - from) / 1000 / batch);
  }
  return Math.min(...times);
}

function attempt(verifier: Verifier, text: string): () => void {
  return () => {
    try {
      verifier.verifySync(text);
    } catch {
      // Every input is refused.
    }
  };
}

function requestOf(text: string): RequestLike {
  const values = [`Bearer ${text}`];
  return { method: 'GET', url: () => '', header: () => values };
}

const jwks = { keys: signers.map(({ jwk }) => jwk) } as Parameters<typeof createVerifier>[0]['jwks'] & object;
const verifier = createVerifier({ issuer, audience, jwks, tokenCache: false });
const good = new Map(signers.map((by) => [by, token(by, headerOf(by), JSON.stringify(claims))]));
const baseline = new Map([...good].map(([by, text]) => [by, secondsFor(() => verifier.verifySync(text))]));
const micro = (seconds: number): string => `${(seconds * 1e6).toFixed(1)} us`;

console.log('A valid token:');
for (const [{ alg }, seconds] of baseline) console.log(`  ${alg}: ${micro(seconds)}`);

const rsa = [...baseline.values()][0] ?? 1;
const measured = signers
  .flatMap(inputsOf)
  .map(({ name, by, text }) => {
    if (text.length > cap) throw new Error(`${name} has ${text.length} characters`);
    const seconds = secondsFor(attempt(verifier, text));
    return { name: `${by.alg}: ${name}`, seconds, ratio: seconds / (baseline.get(by) ?? 1) };
  })
  .concat(
    forms.map(([name, text]) => {
      const seconds = secondsFor(attempt(verifier, text));
      return { name: `no token: ${name}`, seconds, ratio: seconds / rsa };
    }),
  )
  .sort((left, right) => right.ratio - left.ratio);

function print(title: string, isShown: (name: string) => boolean): void {
  console.log(`\n${title}, of at most ${cap} characters:`);
  for (const { name, seconds, ratio } of measured.filter((row) => isShown(row.name)).slice(0, 8)) {
    console.log(`  ${ratio.toFixed(1)} good tokens, ${micro(seconds)}: ${name}`);
  }
}

print('The most expensive inputs that any client can send', (name) => !name.includes('good signature'));
print('The most expensive inputs that only the issuer can sign', (name) => name.includes('good signature'));

console.log('\nAbove the size limit:');
for (const length of [cap + 1, 100_000, 1_000_000, 10_000_000, 100_000_000]) {
  const text = 'a'.repeat(length);
  const request = requestOf(text);
  // Flattens the concatenated string first, so that the measurement does not include it.
  request.header('authorization')[0]?.charCodeAt(length);
  text.charCodeAt(length - 1);
  const [direct, byHeader] = [attempt(verifier, text), () => void verifier.authenticate(request)].map(secondsFor);
  console.log(`  ${length} characters: ${micro(direct ?? 0)}, in a header ${micro(byHeader ?? 0)}`);
}

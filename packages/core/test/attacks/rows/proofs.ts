import { generateKeyPairSync } from 'node:crypto';
import type { DpopOptions, RequestLike } from '../../../src/index.ts';
import { dpopRequest, publicJwk, publicUrl, signBound, signProof, thumbprint } from '../../support/dpop.ts';
import { encode, now, signText, signToken } from '../../support/sign-token.ts';
import { generateTestKey, type TestKey } from '../../support/test-key.ts';
import { type Attack, attacks, type RefusalCode, type StepsRow } from '../attack.ts';
import type { AttackContext } from '../attack-context.ts';
import type { AttackKeys } from '../attack-keys.ts';
import { shown } from './tokens.ts';

type Members = Readonly<Record<string, unknown>>;

const client = generateTestKey('ES256', 'client', 'client');
const stranger = generateTestKey('ES256', 'stranger', 'stranger');
const secret = 'a secret that is long enough for it';

const boundToken = ({ key }: AttackKeys): string => signBound(key('ES256'), client);

/** Sends requests one after the other, all of which but the last must be granted. */
async function send(
  context: AttackContext,
  requests: readonly RequestLike[],
  dpop: Partial<DpopOptions> = {},
): Promise<unknown> {
  const verifier = context.verifier({ dpop: { publicUrl, ...dpop } });
  for (const request of requests.slice(0, -1)) {
    const result = await verifier.authenticate(request);
    if (!result.ok) throw new Error('A request before the last one was refused', { cause: result.error });
  }
  const last = requests.at(-1);
  const result = last === undefined ? undefined : await verifier.authenticate(last);
  if (result?.ok === false) throw result.error;
  return result;
}

/** One request with a proof that differs from a valid one. */
function row(id: string, how: string, code: RefusalCode, proofOf: (token: string) => string | string[]): StepsRow {
  return {
    id: `proof/${id}`,
    how,
    code,
    run: (context) => {
      const token = boundToken(context.keys);
      return send(context, [dpopRequest(token, proofOf(token))]);
    },
  };
}

function claimRows(name: string, values: readonly unknown[], code: RefusalCode = 'ERR_PROOF_CLAIM'): StepsRow[] {
  return values.map((value) =>
    row(`${name}/${shown(value)}`, `${name} of the proof is ${shown(value)}`, code, (token) =>
      signProof(client, token, { [name]: value }),
    ),
  );
}

function headerRows(code: RefusalCode, rows: Readonly<Record<string, Members>>): StepsRow[] {
  return Object.entries(rows).map(([name, header]) =>
    row(`header/${name}`, `the header of the proof has ${name.replaceAll('-', ' ')}`, code, (token) =>
      signProof(client, token, {}, header),
    ),
  );
}

const claims: readonly StepsRow[] = [
  ...claimRows('jti', [undefined, null, '', 1, [], {}, ['a'], 'a'.repeat(1025)]),
  ...claimRows('htm', [undefined, null, '', 'get', 'Get', 'POST', 'GET ', ' GET', ['GET'], 'GET\u0000', 'HEAD']),
  ...claimRows('ath', [undefined, null, '', 1, 'a'.repeat(43), 'a', ['a']]),
  ...claimRows('iat', [undefined, null, '', String(now), [now], {}, true]),
  ...claimRows('iat', [0, -1, 1, now - 301, now + 301, now * 1000, 1e308], 'ERR_PROOF_TIME'),
  ...claimRows('nonce', [1, {}, [], true]),
  ...claimRows('htu', [
    ...[undefined, null, '', 1, [], '/orders', '//api.example/orders', 'api.example/orders'],
    ...['http://api.example/orders', 'https://api.example/', 'https://api.example/Orders'],
    ...['https://api.example/orders/', 'https://api.example//orders', 'https://api.example/orders%2F'],
    ...['https://api.example/orders/..', 'https://api.example/%6Frder', 'https://api.example:444/orders'],
    ...['https://evil.example/orders', 'https://api.example.evil.example/orders'],
    ...[
      'https://user@api.example/orders',
      'https://user:x@api.example/orders',
      'https://api.example@evil.example/orders',
    ],
    ...['https://api.example\\@evil.example/orders', 'https://api.example/orders\n', ' https://api.example/orders'],
    ...['https://api.example./orders', 'https://evil.example/?https://api.example/orders', 'ftp://api.example/orders'],
    ...['https://evil.example/other', 'http://evil.example/other', '*', 'https://api.example\u0000/orders'],
    ...['https://api.example/orders;a', 'https://api.example/orders\u200b', ['https://api.example/orders']],
  ]),
];

const headers: readonly StepsRow[] = [
  ...headerRows('ERR_PROOF_MALFORMED', {
    'no-type': { typ: undefined },
    'the-type-of-an-access-token': { typ: 'at+jwt' },
    'the-type-JWT': { typ: 'JWT' },
    'two-types': { typ: ['dpop+jwt'] },
    'a-critical-extension': { crit: ['exp'], exp: 1 },
    'an-unencoded-payload': { b64: false, crit: ['b64'] },
  }),
  ...headerRows('ERR_PROOF_ALG', {
    'no-algorithm': { alg: undefined },
    none: { alg: 'none' },
    None: { alg: 'None' },
    HS256: { alg: 'HS256' },
    'an-unknown-algorithm': { alg: 'ES257' },
    'an-algorithm-in-lower-case': { alg: 'es256' },
    'the-name-of-a-method': { alg: 'toString' },
  }),
  ...headerRows('ERR_PROOF_KEY', {
    'no-key': { jwk: undefined },
    'a-key-that-is-null': { jwk: null },
    'a-key-that-is-text': { jwk: 'x' },
    'a-list-of-keys': { jwk: [publicJwk(client)] },
    'the-URL-of-a-key': { jwk: undefined, jku: 'https://evil.example/keys' },
    'a-certificate': { jwk: undefined, x5c: ['MIIB'] },
    'a-key-identifier': { jwk: undefined, kid: 'ES256' },
    'a-symmetric-key': { alg: 'ES256', jwk: { kty: 'oct', k: 'AAAA' } },
    'a-private-key': { jwk: client.privateKey.export({ format: 'jwk' }) },
    'an-empty-private-member': { jwk: { ...publicJwk(client), d: '' } },
    'another-curve': { jwk: { ...publicJwk(client), crv: 'P-384' } },
    'a-key-of-another-type': { alg: 'RS256' },
    'a-key-without-y': { jwk: { ...publicJwk(client), y: undefined } },
    'a-short-coordinate': { jwk: { ...publicJwk(client), x: 'AA' } },
  }),
];

const zeros = encode(new Uint8Array(64));
const replaceSignature = (proof: string, signature: string): string =>
  `${proof.split('.').slice(0, 2).join('.')}.${signature}`;

const forged: readonly StepsRow[] = [
  row('stranger', "a proof of the attacker's key", 'ERR_BINDING_MISMATCH', (token) => signProof(stranger, token)),
  row(
    'other-signature',
    "the client's key in the header, and the attacker's signature",
    'ERR_PROOF_SIGNATURE',
    (token) => signProof({ ...stranger, publicKey: client.publicKey }, token),
  ),
  row('zero-signature', 'a signature of zeros', 'ERR_PROOF_SIGNATURE', (token) =>
    replaceSignature(signProof(client, token), zeros),
  ),
  row('der-signature', 'a signature in DER', 'ERR_PROOF_SIGNATURE', (token) =>
    replaceSignature(signProof(client, token), encode(new Uint8Array(70).fill(48))),
  ),
  row('no-signature', 'no signature', 'ERR_PROOF_MALFORMED', (token) => replaceSignature(signProof(client, token), '')),
  row('two-headers', 'two headers', 'ERR_PROOF_REPEATED', (token) => [
    signProof(client, token),
    signProof(client, token),
  ]),
  row('two-in-one', 'two proofs in one header', 'ERR_PROOF_REPEATED', (token) =>
    [signProof(client, token), signProof(client, token)].join(', '),
  ),
  row('none', 'no proof', 'ERR_PROOF_MISSING', () => []),
  row('empty', 'an empty header', 'ERR_PROOF_MISSING', () => ''),
  row('a-token', 'the token as its own proof', 'ERR_PROOF_MALFORMED', (token) => token),
  row('json', 'a JWS in JSON form', 'ERR_PROOF_MALFORMED', () => '{"payload":"e30"}'),
  row('large', 'a proof of one megabyte', 'ERR_PROOF_MALFORMED', (token) =>
    signProof(client, token, { jti: 'a'.repeat(1_000_000) }),
  ),
  row('padded', 'a proof with padding', 'ERR_PROOF_MALFORMED', (token) => `${signProof(client, token)}=`),
  row('method-twice', 'a proof with htm twice, the right one first', 'ERR_PROOF_CLAIM', (token) => {
    const [header = '', body = ''] = signProof(client, token).split('.');
    const text = Buffer.from(body, 'base64url').toString().replace(/\}$/, ',"htm":"POST"}');
    return signText(client, Buffer.from(header, 'base64url'), text);
  }),
];

/** Copies of an accepted proof, written in another way (RFC 9449, section 11.1). */
const copies: readonly [id: string, claims: Members, target?: string][] = [
  ['same', {}],
  ['query', { htu: 'https://api.example/orders?x=1' }, '/orders?x=1'],
  ['port', { htu: 'https://api.example:443/orders' }],
  ['host-in-upper-case', { htu: 'HTTPS://API.EXAMPLE/orders' }],
  ['encoded', { htu: 'https://api.example/%6frders' }],
  ['dots', { htu: 'https://api.example/a/../orders' }],
  ['later', { iat: now + 10 }],
  ['another-route', { htu: 'https://api.example/~a' }, '/%7ea'],
];

const replays: readonly StepsRow[] = [
  ...copies.map(
    ([id, differences, target = '/orders']): StepsRow => ({
      id: `replay/${id}`,
      advisory: 'RFC 9449, section 11.1',
      how: `the identifier of an accepted proof again, with ${shown(differences)}`,
      code: 'ERR_PROOF_REPLAYED',
      run: (context) => {
        const token = boundToken(context.keys);
        const again = signProof(client, token, { jti: 'once', ...differences });
        return send(context, [
          dpopRequest(token, signProof(client, token, { jti: 'once' })),
          dpopRequest(token, again, { target: () => target }),
        ]);
      },
    }),
  ),
  {
    id: 'replay/of-another-client',
    advisory: 'RFC 9449, section 11.1',
    how: "another client's proofs with the same identifier in between",
    code: 'ERR_PROOF_REPLAYED',
    run: (context) => {
      const token = boundToken(context.keys);
      const theirs = signBound(context.keys.key('ES256'), stranger);
      const requests = [
        dpopRequest(token, signProof(client, token, { jti: 'once' })),
        dpopRequest(theirs, signProof(stranger, theirs, { jti: 'once' })),
        dpopRequest(token, signProof(client, token, { jti: 'once' })),
      ];
      return send(context, requests);
    },
  },
  ...[
    () => Promise.reject(new Error('down')),
    () => {
      throw new Error('down');
    },
  ].map(
    (claim, index): StepsRow => ({
      id: `replay/store-down-${index}`,
      how: 'a proof while the replay store is down',
      code: 'ERR_REPLAY_STORE_UNAVAILABLE',
      run: (context) => {
        const token = boundToken(context.keys);
        return send(context, [dpopRequest(token, signProof(client, token))], { replay: { claim } });
      },
    }),
  ),
  ...[undefined, 'made up', '', 'a'.repeat(22)].map(
    (nonce): StepsRow => ({
      id: `nonce/${shown(nonce)}`,
      advisory: 'RFC 9449, section 11.2',
      how: `nonces are required, and that of the proof is ${shown(nonce)}`,
      code: 'ERR_PROOF_NONCE',
      run: (context) => {
        const token = boundToken(context.keys);
        return send(context, [dpopRequest(token, signProof(client, token, { nonce }))], { nonce: { secret } });
      },
    }),
  ),
];

function tokenRow(id: string, how: string, code: RefusalCode, tokenOf: (keys: AttackKeys) => string): StepsRow {
  return {
    id: `token/${id}`,
    how,
    code,
    run: (context) => {
      const token = tokenOf(context.keys);
      return send(context, [dpopRequest(token, signProof(client, token))]);
    },
  };
}

const jkt = thumbprint(client);

const tokens: readonly StepsRow[] = [
  ...[undefined, {}, { jkt: `${jkt}=` }, { jkt: jkt.slice(1) }, { jkt: jkt.toUpperCase() }, { jkt: ` ${jkt}` }].map(
    (cnf) =>
      tokenRow(
        `confirmation/${shown(cnf)}`,
        `the token has the confirmation ${shown(cnf)}`,
        'ERR_BINDING_MISMATCH',
        (keys) => signToken(keys.key('ES256'), { cnf }),
      ),
  ),
  tokenRow('of-the-attacker', "the token is signed with the attacker's key", 'ERR_SIGNATURE_INVALID', (keys) =>
    signBound(keys.attackerKey('ES256'), client),
  ),
  tokenRow('certificate', 'the token is bound to a certificate as well', 'ERR_BINDING_REQUIRED', (keys) =>
    signToken(keys.key('ES256'), { cnf: { jkt, 'x5t#S256': jkt } }),
  ),
  {
    id: 'token/downgrade',
    advisory: 'RFC 9449, section 7.2',
    how: 'a bound token as a bearer token, with its valid proof',
    code: 'ERR_BINDING_REQUIRED',
    run: (context) => {
      const token = boundToken(context.keys);
      const proof = signProof(client, token);
      const header = (name: string): readonly string[] => (name === 'authorization' ? [`Bearer ${token}`] : [proof]);
      return send(context, [dpopRequest(token, proof, { header })]);
    },
  },
  {
    id: 'token/unbound-where-required',
    how: 'a bearer token while every token must be bound',
    code: 'ERR_BINDING_REQUIRED',
    run: (context) => {
      const token = signToken(context.keys.key('ES256'));
      const header = (name: string): readonly string[] => (name === 'authorization' ? [`Bearer ${token}`] : []);
      return send(context, [dpopRequest(token, [], { header })], { mode: 'require' });
    },
  },
];

/** A key that is too weak for the key set of an issuer is too weak for a proof. */
const weak: readonly StepsRow[] = [512, 1024, 2047].map((modulusLength) => ({
  id: `weak-key/${modulusLength}`,
  advisory: 'RFC 8725, section 3.5',
  how: `an RSA key of ${modulusLength} bits`,
  code: 'ERR_PROOF_KEY',
  run: (context) => {
    const pair = generateKeyPairSync('rsa', { modulusLength });
    const key: TestKey = { ...generateTestKey('RS256'), publicKey: pair.publicKey };
    const token = signBound(context.keys.key('ES256'), key);
    return send(context, [dpopRequest(token, signProof(key, token))]);
  },
}));

/** Tokens that are bound to a key, and proofs of other keys or for other requests. */
export const proofAttacks: readonly Attack[] = attacks(31, [
  ...claims,
  ...headers,
  ...forged,
  ...replays,
  ...tokens,
  ...weak,
]);

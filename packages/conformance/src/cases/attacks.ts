import { constants, createHmac, privateEncrypt, sign } from 'node:crypto';
import type { ConformanceCase } from '../conformance-case.ts';
import { expired, invalid } from '../expected-answers.ts';
import {
  attackerSigned,
  encode,
  type SigningContext,
  signed,
  signedText,
  type TokenBuilder,
  tampered,
} from '../token-builder.ts';
import { type TokenRow, tokenCases } from './token-cases.ts';

const json = (change: (text: string) => string) => (members: object) => change(JSON.stringify(members));
const asItIs = json((text) => text);
const behind = (extra: string) => json((text) => text.replace(/\}$/, `,${extra}}`));

/** Returns a builder that replaces the signature of a valid token by a function of its signing input. */
function withSignature(
  signatureOf: (input: string, context: SigningContext) => Uint8Array,
  build: TokenBuilder = signed(),
): TokenBuilder {
  return (context) => {
    const token = build(context);
    const input = token.slice(0, token.lastIndexOf('.'));
    return `${input}.${encode(signatureOf(input, context))}`;
  };
}

const pss = (saltLength: number) => (input: string, context: SigningContext) =>
  sign('sha256', Buffer.from(input), {
    key: context.privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength,
  });

const rawRsa = (encoded: Buffer) => (_input: string, context: SigningContext) =>
  privateEncrypt({ key: context.privateKey, padding: constants.RSA_NO_PADDING }, encoded);

const mac = (key: string) => (input: string) => createHmac('sha256', key).update(input).digest();

const signatures: readonly TokenRow[] = [
  ['mac-with-an-empty-key', 'RFC 8725, section 3.5', withSignature(mac(''), signed({}, { alg: 'HS256' }))],
  ['mac-under-another-name', 'RFC 8725, section 3.1', withSignature(mac('x'))],
  ['pss-by-a-key-for-pkcs1', 'RFC 8725, section 3.1', withSignature(pss(32), signed({}, { alg: 'PS256' }))],
  ['pss-without-a-salt', 'RFC 7518, section 3.5', withSignature(pss(0), signed({}, { alg: 'PS256' }))],
  ['number-zero', 'RFC 8017, section 5.2.2', withSignature(() => Buffer.alloc(256))],
  ['number-one', 'RFC 8017, section 5.2.2', withSignature(() => Buffer.alloc(256).fill(1, 255))],
  ['empty-encoding', 'RFC 8017, section 8.2.2', withSignature(rawRsa(Buffer.alloc(256)))],
  ['padding-alone', 'RFC 8017, section 8.2.2', withSignature(rawRsa(Buffer.alloc(256, 0xff).fill(0, 0, 1)))],
  ['of-zeros-as-ecdsa', 'CVE-2022-21449', withSignature(() => Buffer.alloc(64), signed({}, { alg: 'ES256' }))],
];

// Beyond two fetches for unknown keys the answer would be 503.
const withoutFetch = 'given-keys';

const headers: readonly TokenRow[] = [
  ['x5c-of-an-attacker', 'RFC 8725, section 3.10', attackerSigned(() => ({ x5c: ['AAAA'], 'x5t#S256': 'AAAA' }))],
  [
    'jku-of-a-file',
    'RFC 8725, section 3.10',
    attackerSigned(() => ({ jku: 'file:///etc/passwd', kid: 'x' })),
    withoutFetch,
  ],
  [
    'jku-of-the-cloud',
    'RFC 8725, section 3.10',
    attackerSigned(() => ({ jku: 'http://169.254.169.254/', kid: 'x' })),
    withoutFetch,
  ],
  ...['../../../dev/null', "' OR 1=1--", '__proto__', 'constructor', '\u0000', '$(id)', 'x'.repeat(8000)].map(
    (kid, index) => [`kid-injection-${index}`, 'RFC 8725, section 3.10', signed({}, { kid }), withoutFetch] as const,
  ),
  ['kid-true', 'RFC 7515, section 4.1.4', signed({}, { kid: true })],
  ['b64-false', 'RFC 7797', signed({}, { b64: false })],
  ['b64-false-and-crit', 'RFC 7797', signed({}, { b64: false, crit: ['b64'] })],
  ['crit-of-the-prototype', 'RFC 7515, section 4.1.11', signed({}, { crit: ['toString'] })],
  ['alg-twice', 'RFC 8725, section 3.7', signedText(behind('"alg":"none"'))],
  ['alg-in-the-prototype', 'RFC 8725, section 3.7', signedText(() => '{"__proto__":{"alg":"RS256"}}')],
];

const forms: readonly TokenRow[] = [
  [
    'encrypted-by-password',
    'RFC 8725, section 3.2',
    () => `${encode('{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647,"p2s":"AA"}')}.AA.AA.AA.AA`,
  ],
  ['encrypted-and-compressed', 'RFC 8725, section 3.6', () => `${encode('{"alg":"dir","zip":"DEF"}')}..AA.AA.AA`],
  ['encrypted-with-the-key-of-the-api', 'RFC 7516, section 9', () => `${encode('{"alg":"RSA-OAEP"}')}.AA.AA.AA.AA`],
  ['thousands-of-dots', 'RFC 7515, section 7.1', () => 'a.'.repeat(4000).slice(0, -1)],
  ['nested-deep', 'RFC 8259, section 9', signedText(asItIs, behind(`"aud":${'['.repeat(4000)}${']'.repeat(4000)}`))],
  ['never-closed', 'RFC 8259, section 9', signedText(asItIs, () => '['.repeat(8000))],
  ['claims-in-an-array', 'RFC 7519, section 7.2', signedText(asItIs, (claims) => JSON.stringify([claims]))],
  [
    'claims-with-a-mark',
    'RFC 8259, section 8.1',
    signedText(
      asItIs,
      json((text) => `\uFEFF${text}`),
    ),
  ],
  [
    'claims-in-utf-16',
    'RFC 8259, section 8.1',
    signedText(asItIs, (claims) => Buffer.from(JSON.stringify(claims), 'utf16le')),
  ],
  [
    'claims-with-an-overlong-sequence',
    'RFC 3629, section 3',
    signedText(asItIs, () => Buffer.from('7b2261223a22c0af227d', 'hex')),
  ],
  [
    'claims-with-a-comment',
    'RFC 8259',
    signedText(
      asItIs,
      json((text) => `/**/${text}`),
    ),
  ],
  [
    'other-last-bits',
    'RFC 4648, section 3.5',
    tampered((parts) => ({ ...parts, signature: withOtherLastBits(parts.signature) })),
  ],
];

// 256 bytes leave four bits of the last character unused.
function withOtherLastBits(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return `${part.slice(0, -1)}${alphabet[alphabet.indexOf(part.slice(-1)) | 1]}`;
}

const asJwt = (members: Readonly<Record<string, unknown>>): TokenBuilder => signed(members, { typ: 'JWT' });

const claims: readonly TokenRow[] = [
  ['issuer-longer', 'RFC 8725, section 3.8', signed((f) => ({ iss: `${f.issuer}.attacker.example` }))],
  ['issuer-with-a-name-before-it', 'RFC 8725, section 3.8', signed((f) => ({ iss: f.issuer.replace('//', '//x@') }))],
  ['issuer-on-this-machine', 'RFC 8725, section 3.10', signed({ iss: 'http://127.0.0.1:1' })],
  ['issuers', 'RFC 7519, section 4.1.1', signed((f) => ({ iss: [f.issuer, 'https://attacker.example'] }))],
  ['issuer-twice', 'RFC 8725, section 3.7', signedText(asItIs, behind('"iss":"https://attacker.example"'))],
  ['exp-infinite', 'RFC 7519, section 2', signedText(asItIs, behind('"exp":1e999'))],
  ['exp-true', 'RFC 7519, section 2', signed({ exp: true })],
  ['exp-in-the-prototype', 'RFC 7519, section 4.1.4', signedText(asItIs, () => '{"__proto__":{"exp":4102444800}}')],
  ['audience-nested', 'RFC 7519, section 4.1.3', signed((f) => ({ aud: [[f.audience]] }))],
  ['audience-and-a-number', 'RFC 7519, section 4.1.3', signed((f) => ({ aud: [f.audience, 1] }))],
  ['subject-a-number', 'RFC 7519, section 4.1.2', signed({ sub: 1 })],
  ['cnf-text', 'RFC 7800, section 3.1', signed({ cnf: 'x' })],
  ['introspection-response', 'RFC 9701, section 5', asJwt({ token_introspection: { active: true } })],
  ['proof-by-its-claims', 'RFC 9449, section 4.2', asJwt({ htm: 'GET', htu: 'https://api.example/protected' })],
  ...['id_token+jwt', 'secevent+jwt', 'token-introspection+jwt', 'application/', 'at+jwt;x'].map(
    (typ) => [`type-${typ}`, 'RFC 8725, section 3.11', signed({}, { typ })] as const,
  ),
];

/** Examples of each class of attacks that can arrive in a request. The tests of core run all of them. */
export const attackCases: readonly ConformanceCase[] = [
  ...tokenCases('attack/signature', invalid, signatures),
  ...tokenCases('attack/header', invalid, headers),
  ...tokenCases('attack/form', invalid, forms),
  ...tokenCases('attack/claims', invalid, claims),
  ...tokenCases('attack/claims', expired, [
    ['exp-twice', 'RFC 8725, section 3.7', signedText(asItIs, behind('"exp":1'))],
  ]),
];

import type { KeyObject } from 'node:crypto';
import type { ConformanceCase } from '../conformance-case.ts';
import { invalid } from '../expected-answers.ts';
import {
  attackerSigned,
  encode,
  flipBit,
  macSigned,
  signed,
  sized,
  type TokenBuilder,
  tampered,
  unsigned,
} from '../token-builder.ts';
import { tokenCases } from './token-cases.ts';

const toPem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const fixed =
  (token: string): TokenBuilder =>
  () =>
    token;

const forms: readonly ConformanceCase[] = tokenCases('token/form', invalid, [
  ['opaque', 'RFC 7515, section 7.1', fixed('2YotnFZFEjr1zCsicMWpAA')],
  ['dots-alone', 'RFC 7515, section 7.1', fixed('..')],
  ['two-parts', 'RFC 7515, section 7.1', fixed('e30.e30')],
  ['four-parts', 'RFC 7515, section 7.1', (context) => `${signed()(context)}.e30`],
  ['encrypted', 'RFC 7516, section 7.1', fixed('eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.AA.AA.AA.AA')],
  ['header-not-json', 'RFC 7515, section 5.2', tampered((parts) => ({ ...parts, header: encode('{') }))],
  ['header-not-an-object', 'RFC 7515, section 4', tampered((parts) => ({ ...parts, header: encode('[]') }))],
  [
    'header-not-utf-8',
    'RFC 7515, section 5.2',
    tampered((parts) => ({ ...parts, header: encode(Buffer.of(0x7b, 0xff, 0x7d)) })),
  ],
  ['claims-not-json', 'RFC 7519, section 7.2', tampered((parts) => ({ ...parts, claims: encode('nonsense') }))],
  ['claims-null', 'RFC 7519, section 7.2', tampered((parts) => ({ ...parts, claims: encode('null') }))],
  ['padded', 'RFC 7515, section 2: without padding', (context) => `${signed()(context)}==`],
  [
    'standard-base64',
    'RFC 7515, section 2',
    tampered((parts) => ({ ...parts, signature: `+/${parts.signature.slice(2)}` })),
  ],
  ['too-large', 'RFC 6750, section 5.2', sized(16_392)],
  ['far-too-large', 'RFC 6750, section 5.2', fixed('a'.repeat(48_000))],
]);

const signatures: readonly ConformanceCase[] = tokenCases('token/signature', invalid, [
  ['bit-flipped', 'RFC 7515, section 5.2', tampered((parts) => ({ ...parts, signature: flipBit(parts.signature) }))],
  ['empty', 'RFC 7515, section 5.2', tampered((parts) => ({ ...parts, signature: '' }))],
  ['cut-short', 'RFC 7515, section 5.2', tampered((parts) => ({ ...parts, signature: parts.signature.slice(0, -4) }))],
  ['extended', 'RFC 7515, section 5.2', tampered((parts) => ({ ...parts, signature: `${parts.signature}AAAA` }))],
  ['of-other-claims', 'RFC 7515, section 5.2', tampered((parts) => ({ ...parts, claims: encode('{}') }))],
  ['by-another-key', 'RFC 7515, section 5.2', attackerSigned(() => ({}))],
  ['by-an-unknown-key', 'RFC 7515, section 4.1.4', signed({}, { kid: 'unknown' })],
  ['kid-not-a-string', 'RFC 7515, section 4.1.4', signed({}, { kid: 1 })],
  [
    'by-an-unknown-key-and-a-thumbprint',
    'RFC 7515, section 4.1.7: it does not override kid',
    signed({}, { kid: 'unknown', x5t: 'AAA' }),
    // Beyond two fetches for unknown keys the answer would be 503.
    'given-keys',
  ],
]);

const algorithms: readonly ConformanceCase[] = tokenCases('token/algorithm', invalid, [
  ...['none', 'None', 'NONE', 'nOnE'].map((alg) => [`spelled-${alg}`, 'RFC 8725, section 3.2', unsigned(alg)] as const),
  ['none-with-a-signature', 'RFC 8725, section 3.2', tampered((parts) => parts, unsigned('none', 'AAAA'))],
  ['absent', 'RFC 7515, section 4.1.1', signed({}, { alg: undefined })],
  ['not-a-string', 'RFC 7515, section 4.1.1', signed({}, { alg: ['RS256'] })],
  ['in-other-case', 'RFC 7515, section 4.1.1: case-sensitive', signed({}, { alg: 'rs256' })],
  ['of-another-key-type', 'RFC 8725, section 3.1', signed({}, { alg: 'ES256' })],
  ['of-another-hash', 'RFC 8725, section 3.1', signed({}, { alg: 'RS512' })],
  ['name-of-an-object-member', 'RFC 8725, section 3.1', signed({}, { alg: 'constructor' })],
  ['mac-with-public-key-as-pem', 'RFC 8725, section 2.1', macSigned('HS256', toPem)],
  ['mac-with-public-key-as-pem-trimmed', 'RFC 8725, section 2.1', macSigned('HS256', (key) => toPem(key).trim())],
  [
    'mac-with-public-key-as-jwk',
    'RFC 8725, section 2.1',
    macSigned('HS256', (key) => JSON.stringify(key.export({ format: 'jwk' }))),
  ],
  ['longer-mac-with-public-key', 'RFC 8725, section 2.1', macSigned('HS512', toPem)],
]);

const headers: readonly ConformanceCase[] = tokenCases('token/header', invalid, [
  ['crit-names-a-claim', 'RFC 7515, section 4.1.11', signed({}, { crit: ['exp'], exp: 4_102_444_800 })],
  ['crit-b64', 'RFC 7797, section 6', signed({}, { crit: ['b64'], b64: true })],
  ['crit-unknown', 'RFC 7515, section 4.1.11', signed({}, { crit: ['x-note'], 'x-note': 1 })],
  ['crit-empty', 'RFC 7515, section 4.1.11', signed({}, { crit: [] })],
  ['crit-not-an-array', 'RFC 7515, section 4.1.11', signed({}, { crit: 'exp' })],
  ['jwk-of-an-attacker', 'RFC 8725, section 3.10', attackerSigned((jwk) => ({ jwk }))],
  ['jwk-of-an-attacker-and-no-kid', 'RFC 8725, section 3.10', attackerSigned((jwk) => ({ jwk, kid: undefined }))],
  [
    'jku-of-an-attacker',
    'RFC 8725, section 3.10',
    attackerSigned(() => ({ jku: 'http://127.0.0.1:9/keys', kid: 'theirs' })),
    // Beyond two fetches for unknown keys the answer would be 503.
    'given-keys',
  ],
  ['x5u-of-an-attacker', 'RFC 8725, section 3.10', attackerSigned(() => ({ x5u: 'http://127.0.0.1:9/chain' }))],
]);

/** Form and signature of a token: RFC 7515, and the attacks of RFC 8725. */
export const signatureCases: readonly ConformanceCase[] = [...forms, ...signatures, ...algorithms, ...headers];

import { createHash } from 'node:crypto';
import type { Answer } from '../answer.ts';
import type { Profile } from '../app.ts';
import type { ConformanceCase, HeaderList } from '../conformance-case.ts';
import * as expected from '../expected-answers.ts';
import { type SigningContext, signed } from '../token-builder.ts';

// A binding compares the hash of a certificate, and never parses it.
const der = Buffer.from('3082010a0282010100', 'hex');
const otherDer = Buffer.from('3082010a0282010101', 'hex');
const bound = signed({ cnf: { 'x5t#S256': createHash('sha256').update(der).digest('base64url') } });
const unbound = signed();

type Row = readonly [name: string, headers: HeaderList, answer: Answer];

function cases(profile: Profile, spec: string, rows: readonly Row[], build = bound): ConformanceCase[] {
  return rows.map(([name, headers, answer]) => ({
    id: `${profile}/${name}`,
    spec,
    profile,
    headers: (context: SigningContext) => [['Authorization', `Bearer ${build(context)}`], ...headers],
    expected: answer,
  }));
}

const rfc9440 = (bytes: Buffer): readonly [string, string] => ['Client-Cert', `:${bytes.toString('base64')}:`];

function pem(bytes: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

const escaped = (bytes: Buffer): readonly [string, string] => ['ssl-client-cert', encodeURIComponent(pem(bytes))];
const verdict = (value: string): readonly [string, string] => ['ssl-client-verify', value];
const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const rfc9440Cases = [
  ...cases('mtls', 'RFC 8705, section 3', [
    ['good', [rfc9440(der)], expected.accepted()],
    ['none', [], expected.invalid],
    ['empty', [['Client-Cert', '']], expected.invalid],
    ['other', [rfc9440(otherDer)], expected.invalid],
    ['malformed', [['Client-Cert', der.toString('base64')]], expected.invalid],
    ['twice', [rfc9440(der), rfc9440(der)], expected.repeated],
    ['twice-with-another', [rfc9440(der), rfc9440(otherDer)], expected.repeated],
  ]),
  ...cases('mtls', 'RFC 8705, section 3: other tokens', [['unbound', [], expected.accepted()]], unbound),
];

const escapedCases = [
  ...cases('mtls-require', 'RFC 8705, section 3', [
    ['good', [escaped(der), verdict('SUCCESS')], expected.accepted()],
    ['not-verified', [escaped(der), verdict('FAILED:self-signed certificate')], expected.invalid],
    ['without-verdict', [escaped(der)], expected.invalid],
    ['other', [escaped(otherDer), verdict('SUCCESS')], expected.invalid],
  ]),
  ...cases('mtls-require', 'FAPI 2.0: sender-constrained', [['unbound', [], expected.invalid]], unbound),
];

const xfcc = (value: string): HeaderList => [['X-Forwarded-Client-Cert', value]];

const xfccCases = cases('mtls-xfcc', 'RFC 8705, section 3', [
  ['good', xfcc(`By=spiffe://a;Hash=${hashOf(der)};Subject="CN=a,O=b";URI=spiffe://b`), expected.accepted()],
  ['last-of-two', xfcc(`Hash=${hashOf(otherDer)},Hash=${hashOf(der)}`), expected.accepted()],
  ['first-of-two', xfcc(`Hash=${hashOf(der)},Hash=${hashOf(otherDer)}`), expected.invalid],
  ['certificate', xfcc(`Hash=${hashOf(otherDer)};Cert="${encodeURIComponent(pem(der))}"`), expected.accepted()],
  ['quoted', xfcc(`Hash=${hashOf(otherDer)};Subject="a,Hash=${hashOf(der)}"`), expected.invalid],
]);

/** Tokens that are bound to the certificate of a client: RFC 8705. */
export const certificateCases: readonly ConformanceCase[] = [...rfc9440Cases, ...escapedCases, ...xfccCases];

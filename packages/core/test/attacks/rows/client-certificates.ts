import { createHash } from 'node:crypto';
import { type ClientCertificateHeader, envoy, nginx, rfc9440 } from '../../../src/index.ts';
import { signToken } from '../../support/sign-token.ts';
import { type Attack, attacks, type RefusalCode, type StepsRow } from '../attack.ts';
import type { AttackContext } from '../attack-context.ts';
import { shown } from './tokens.ts';

// A binding compares the hash of a certificate, and never parses it.
const der = Buffer.from('3082010a0282010100', 'hex');
const hash = createHash('sha256').update(der).digest();
const base64 = der.toString('base64');
const x5t = hash.toString('base64url');
const proxy = '10.1.2.3';
const trustedProxy = ['10.0.0.0/8'];

interface Sent {
  readonly cnf?: unknown;
  readonly address?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

async function send(
  context: AttackContext,
  certificate: ClientCertificateHeader,
  { cnf = { 'x5t#S256': x5t }, address, headers }: Sent,
): Promise<unknown> {
  // A runtime that does not show addresses takes a function only.
  const isWeb = context.engine.name === 'web';
  const trust = isWeb && { trustedProxy: (sender?: string) => sender === proxy };
  const verifier = context.verifier({ mtls: { certificate: { ...certificate, ...trust } } });
  const all: Sent['headers'] = { ...headers, authorization: `Bearer ${signToken(context.keys.key('ES256'), { cnf })}` };
  const result = await verifier.authenticate({
    method: 'GET',
    url: () => 'https://api.example/orders',
    connection: { remoteAddress: address },
    header: (name) => [all[name.toLowerCase()] ?? []].flat(),
  });
  if (!result.ok) throw result.error;
  return result;
}

type Row = readonly [id: string, how: string, code: RefusalCode, certificate: ClientCertificateHeader, sent: Sent];

const header = rfc9440({ trustedProxy });
const good = { 'client-cert': `:${base64}:` };

const senders = [
  undefined,
  '',
  '11.0.0.1',
  '::ffff:11.0.0.1',
  '10.1.2.3, 11.0.0.1',
  '10.1.2.3:80',
  'localhost',
  'unix',
].map(
  (address): Row => [
    `sender/${shown(address)}`,
    `the certificate of the client in a header, from the address ${shown(address)}`,
    'ERR_BINDING_MISMATCH',
    header,
    { address, headers: { ...good, 'x-forwarded-for': proxy, forwarded: `for=${proxy}` } },
  ],
);

// Named by their form: the values of two forms are equal for some certificates.
const claims = Object.entries({
  padded: `${x5t}=`,
  short: x5t.slice(1),
  'in upper case': x5t.toUpperCase(),
  'in hexadecimal': hash.toString('hex'),
  'in base64': hash.toString('base64'),
  'after a space': ` ${x5t}`,
}).map(
  ([form, claim]): Row => [
    `claim/${form.replaceAll(' ', '-')}`,
    `the claim is ${form}`,
    'ERR_BINDING_MISMATCH',
    header,
    { cnf: { 'x5t#S256': claim }, address: proxy, headers: good },
  ],
);

const sha1 = createHash('sha1').update(der).digest('base64url');

const values = [
  base64,
  `:${base64}`,
  `:${base64}::`,
  `: ${base64}:`,
  `:${base64.slice(0, -1)}:`,
  `:${base64}=:`,
  `:${base64}:;a=":x`.repeat(2000),
  '::',
  ':',
  `"${base64}"`,
].map(
  (value): Row => [
    `rfc9440/${shown(value)}`,
    `the header is ${shown(value)}`,
    'ERR_BINDING_MISMATCH',
    header,
    { address: proxy, headers: { 'client-cert': value } },
  ],
);

const hex = hash.toString('hex');
const otherHex = createHash('sha256').update('other').digest('hex');
const xfcc = (value: string, id: string): Row => [
  `xfcc/${id}`,
  `the header is ${shown(value)}`,
  'ERR_BINDING_MISMATCH',
  envoy({ trustedProxy }),
  { address: proxy, headers: { 'x-forwarded-client-cert': value } },
];

const elements = [
  xfcc(`Hash=${hex},Hash=${otherHex}`, 'first-of-two'),
  xfcc(`Hash=${otherHex};Subject="x,Hash=${hex}"`, 'comma-in-quotes'),
  xfcc(`Hash=${otherHex};Subject="x\\",Hash=${hex}"`, 'escaped-quote'),
  xfcc(`Hash=${hex};Hash=${otherHex}`, 'two-hashes'),
  xfcc(`Hash=${otherHex};Hash=${hex}`, 'two-hashes-the-right-one-last'),
  xfcc(`Hash=${hex};Cert="x"`, 'a-malformed-certificate-with-the-hash'),
  xfcc(`Hash=${hex};Subject="`, 'a-quote-that-stays-open'),
  xfcc(`Hash=${hex},`, 'an-empty-element'),
  xfcc(`Subject="Hash=${hex}"`, 'a-hash-in-another-field'),
];

const pem = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
const certificates: Readonly<Record<string, string>> = {
  'two-certificates': encodeURIComponent(pem + pem),
  'encoded-twice': encodeURIComponent(encodeURIComponent(pem)),
  'a-private-key': encodeURIComponent(pem.replaceAll('CERTIFICATE', 'PRIVATE KEY')),
  'a-fingerprint-with-SHA-1': createHash('sha1').update(der).digest('hex'),
  'a-broken-encoding': `${encodeURIComponent(pem)}%`,
  'text-in-front': encodeURIComponent(`x${pem}`),
};

const escaped = Object.entries(certificates).map(
  ([id, value]): Row => [
    `pem/${id}`,
    `the header is ${shown(value)}`,
    'ERR_BINDING_MISMATCH',
    nginx({ trustedProxy }),
    { address: proxy, headers: { 'ssl-client-cert': value } },
  ],
);

const verified = nginx({ trustedProxy, verified: 'ssl-client-verify' });
const verdicts = [undefined, '', 'NONE', 'FAILED:self-signed', 'SUCCESS, SUCCESS', 'SUCCESSFUL', '1'].map(
  (verdict): Row => [
    `verdict/${shown(verdict)}`,
    `the verdict of the proxy is ${shown(verdict)}`,
    'ERR_BINDING_MISMATCH',
    verified,
    {
      address: proxy,
      headers: {
        'ssl-client-cert': encodeURIComponent(pem),
        ...(verdict !== undefined && { 'ssl-client-verify': verdict }),
      },
    },
  ],
);

const others: readonly Row[] = [
  ['none', 'no header', 'ERR_BINDING_MISMATCH', header, { address: proxy, headers: {} }],
  [
    'other',
    'another certificate',
    'ERR_BINDING_MISMATCH',
    header,
    { address: proxy, headers: { 'client-cert': ':AAAA:' } },
  ],
  [
    'twice',
    'the header twice, the right certificate first',
    'ERR_CREDENTIALS_REPEATED',
    header,
    { address: proxy, headers: { 'client-cert': [`:${base64}:`, ':AAAA:'] } },
  ],
  [
    'joined',
    'two certificates in one header, the right one last',
    'ERR_CREDENTIALS_REPEATED',
    header,
    { address: proxy, headers: { 'client-cert': `:AAAA:, :${base64}:` } },
  ],
  [
    'sha-1',
    'the claim is a SHA-1',
    'ERR_BINDING_MISMATCH',
    header,
    { cnf: { 'x5t#S256': sha1 }, address: proxy, headers: good },
  ],
  [
    'key-as-well',
    'a token that is bound to a key as well, as a bearer token',
    'ERR_BINDING_REQUIRED',
    header,
    { cnf: { 'x5t#S256': x5t, jkt: x5t }, address: proxy, headers: good },
  ],
];

const rows = [...senders, ...claims, ...values, ...elements, ...escaped, ...verdicts, ...others].map(
  ([id, how, code, certificate, sent]): StepsRow => ({
    id: `header/${id}`,
    how,
    code,
    run: (context) => send(context, certificate, sent),
  }),
);

/** Certificates in headers that a client, or another proxy, wrote. */
export const clientCertificateAttacks: readonly Attack[] = attacks(32, rows);

import { createHash, X509Certificate } from 'node:crypto';
import { createCertificateAuthority } from '@verifier/test-issuer';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  alb,
  type ClientCertificateHeader,
  cloudflare,
  createVerifier,
  envoy,
  haproxy,
  type MtlsOptions,
  nginx,
  rfc9440,
} from '../../src/index.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { engines, optionsFor, verifierFor, verifierOn } from '../support/verifiers.ts';

const issuerKey = generateTestKey('ES256');
const proxy = '10.1.2.3';
const trusted = { trustedProxy: ['10.0.0.0/8', '::1'] };

/** The encodings of one certificate. */
interface Encodings {
  readonly pem: string;
  readonly der: string;
  readonly hex: string;
  readonly hash: string;
  readonly token: string;
}

let own: Encodings;
let other: Encodings;

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  [own, other] = (await Promise.all([authority.issue(), authority.issue()])).map(({ cert }) => encodingsOf(cert)) as [
    Encodings,
    Encodings,
  ];
});

function encodingsOf(pem: string): Encodings {
  const { raw } = new X509Certificate(pem);
  const hash = createHash('sha256').update(raw).digest();
  return {
    pem,
    der: raw.toString('base64'),
    hex: hash.toString('hex'),
    hash: hash.toString('base64'),
    token: signToken(issuerKey, { cnf: { 'x5t#S256': hash.toString('base64url') } }),
  };
}

async function send(
  certificate: MtlsOptions['certificate'],
  headers: Readonly<Record<string, string | readonly string[]>>,
  address: string | null = proxy,
): Promise<string> {
  const verifier = verifierFor(issuerKey, { mtls: { certificate } });
  const all = { authorization: `Bearer ${own.token}`, ...headers } as Readonly<
    Record<string, string | readonly string[]>
  >;
  const result = await verifier.authenticate({
    method: 'GET',
    url: () => 'https://api.example/',
    connection: { remoteAddress: address ?? undefined },
    header: (name) => [all[name.toLowerCase()] ?? []].flat(),
  });
  return result.ok ? 'granted' : result.error.code;
}

const header = (format: ClientCertificateHeader['format']): ClientCertificateHeader => ({
  header: 'X-Cert',
  format,
  ...trusted,
});
const spaced = (pem: string): string => pem.replaceAll('\n', ' ').trim();
const sent = (value: string): Record<string, string> => ({ 'x-cert': value });

describe('a header', () => {
  it.each<[ClientCertificateHeader['format'], string, (encodings: Encodings) => string]>([
    ['rfc9440', 'a byte sequence', ({ der }) => `:${der}:`],
    ['rfc9440', 'parameters', ({ der }) => `:${der}:;a=1`],
    ['xfcc', 'Cert', ({ pem }) => `Hash=${'0'.repeat(64)};Cert="${encodeURIComponent(pem)}";URI=spiffe://a`],
    ['xfcc', 'Hash alone', ({ hex }) => `By=spiffe://b;Hash=${hex};Subject="CN=a\\",Hash=x,O=b"`],
    ['xfcc', 'the last of three elements', ({ hex }) => `Hash=${'1'.repeat(64)},Hash=${'2'.repeat(64)},Hash=${hex}`],
    ['pem-urlencoded', 'everything encoded', ({ pem }) => encodeURIComponent(pem)],
    [
      'pem-urlencoded',
      'plus, slash and equals not encoded',
      ({ pem }) => encodeURIComponent(pem).replace(/%2B|%2F|%3D/g, decodeURIComponent),
    ],
    ['pem', 'spaces for line breaks', ({ pem }) => spaced(pem)],
    ['pem', 'tabs for line breaks', ({ pem }) => spaced(pem).replaceAll(/ (?!CERT)/g, '\t')],
    ['base64-der', 'base64', ({ der }) => der],
    ['sha256-hex', 'lower case', ({ hex }) => hex],
    ['sha256-hex', 'colons and upper case', ({ hex }) => (hex.toUpperCase().match(/../g) ?? []).join(':')],
    ['sha256-base64', 'base64', ({ hash }) => hash],
  ])('[MTLS-HEADER] in the format %s with %s names the certificate', async (format, _form, encode) => {
    expect(await send(header(format), sent(encode(own)))).toBe('granted');
    expect(await send(header(format), sent(encode(other)))).toBe('ERR_BINDING_MISMATCH');
    expect(await send(header(format), sent(encode(own)), '192.0.2.1')).toBe('ERR_BINDING_MISMATCH');
    expect(await send(header(format), sent(encode(own)), null)).toBe('ERR_BINDING_MISMATCH');
  });

  it.each<[ClientCertificateHeader['format'], string, (encodings: Encodings) => string]>([
    ['rfc9440', 'no colons', ({ der }) => der],
    ['rfc9440', 'no bytes', () => '::'],
    ['rfc9440', 'text', ({ der }) => `"${der}"`],
    ['rfc9440', 'base64 without padding', ({ hash }) => `:${hash.replace(/=+$/, '')}:`],
    ['xfcc', 'the certificate in an earlier element', ({ hex }) => `Hash=${hex},By=spiffe://a`],
    ['xfcc', 'a quote that is not closed', ({ hex }) => `Subject="a;Hash=${hex}`],
    ['xfcc', 'two hashes', ({ hex }) => `Hash=${hex};Hash=${hex}`],
    ['xfcc', 'a hash inside of a quoted subject', ({ hex }) => `Subject="a,Hash=${hex}"`],
    ['pem-urlencoded', 'two certificates', ({ pem }) => encodeURIComponent(`${pem}${pem}`)],
    ['pem-urlencoded', 'double encoding', ({ pem }) => encodeURIComponent(encodeURIComponent(pem))],
    ['pem-urlencoded', 'a broken escape', ({ pem }) => `${encodeURIComponent(pem)}%`],
    ['pem', 'another label', ({ pem }) => spaced(pem).replaceAll('CERTIFICATE', 'PUBLIC KEY')],
    ['base64-der', 'base64url', ({ hash }) => `${hash.slice(0, -4)}-_-_`],
    ['sha256-hex', 'a SHA-1', ({ hex }) => hex.slice(0, 40)],
    ['sha256-base64', 'a SHA-1', ({ hash }) => Buffer.from(hash, 'base64').subarray(0, 20).toString('base64')],
    ['base64-der', 'more than 16 KiB', ({ der }) => der.padEnd(16_388, 'A')],
  ])('[MTLS-MALFORMED] in the format %s with %s is refused', async (format, _form, encode) => {
    expect(await send(header(format), sent(encode(own)))).toBe('ERR_BINDING_MISMATCH');
  });

  it('[MTLS-REPEATED] that was sent twice is 400', async () => {
    const twice = { 'x-cert': [`:${own.der}:`, `:${own.der}:`] };
    expect(await send(header('rfc9440'), twice)).toBe('ERR_CREDENTIALS_REPEATED');
    expect(await send(header('rfc9440'), sent(`:${own.der}:, :${own.der}:`))).toBe('ERR_CREDENTIALS_REPEATED');
    expect(await send(header('rfc9440'), twice, '192.0.2.1')).toBe('ERR_BINDING_MISMATCH');
  });

  it('[MTLS-VERIFIED] counts only with the verdict of the proxy, if one is configured', async () => {
    const certificate = { ...header('base64-der'), verified: 'X-Verified' };
    expect(await send(certificate, { ...sent(own.der), 'x-verified': 'SUCCESS' })).toBe('granted');
    expect(await send(certificate, { ...sent(own.der), 'x-verified': 'true' })).toBe('granted');
    for (const verdict of ['FAILED', 'false', '', 'NONE', 'true, true'])
      expect(await send(certificate, { ...sent(own.der), 'x-verified': verdict })).toBe('ERR_BINDING_MISMATCH');
    expect(await send(certificate, sent(own.der))).toBe('ERR_BINDING_MISMATCH');
  });
});

it('[MTLS-TRUST] the proxy may have an IPv4 address that the server shows as IPv6', async () => {
  expect(await send(header('base64-der'), sent(own.der), '::ffff:10.1.2.3')).toBe('granted');
  expect(await send(header('base64-der'), sent(own.der), '::1')).toBe('granted');
  expect(await send(header('base64-der'), sent(own.der), '::2')).toBe('ERR_BINDING_MISMATCH');
});

it('[MTLS-TRUST] a function decides by the address, and only true is trust', async () => {
  const asked: unknown[] = [];
  const trustedProxy = (address: string | undefined): boolean => {
    asked.push(address);
    return 'yes' as unknown as boolean;
  };
  expect(await send({ ...header('base64-der'), trustedProxy }, sent(own.der), null)).toBe('ERR_BINDING_MISMATCH');
  expect(asked).toEqual([undefined]);
  expect(await send({ ...header('base64-der'), trustedProxy: () => true }, sent(own.der), null)).toBe('granted');
});

it.each<[string, ClientCertificateHeader, string, (encodings: Encodings) => string]>([
  ['rfc9440', rfc9440(trusted), 'client-cert', ({ der }) => `:${der}:`],
  ['envoy', envoy(trusted), 'x-forwarded-client-cert', ({ hex }) => `Hash=${hex}`],
  ['nginx', nginx(trusted), 'ssl-client-cert', ({ pem }) => encodeURIComponent(pem)],
  ['haproxy', haproxy(trusted), 'client-cert', ({ der }) => `:${der}:`],
  ['alb', alb(trusted), 'x-amzn-mtls-clientcert-leaf', ({ pem }) => encodeURIComponent(pem)],
  ['cloudflare', cloudflare(trusted), 'client-cert', ({ der }) => `:${der}:`],
])('[MTLS-PROXIES] %s() reads its header', async (_name, certificate, name, encode) => {
  expect(await send(certificate, { [name]: encode(own) })).toBe('granted');
});

describe('the options', () => {
  it.each<[string, object, RegExp]>([
    ['no certificate', {}, /mtls\.certificate is required/],
    ['no trustedProxy', { certificate: { header: 'a', format: 'pem' } }, /trustedProxy is required.*10\.0\.0\.0\/8/],
    ['an empty list', { certificate: { header: 'a', format: 'pem', trustedProxy: [] } }, /trustedProxy must be/],
    [
      'a host name',
      { certificate: { header: 'a', format: 'pem', trustedProxy: ['proxy'] } },
      /'proxy', which is no address/,
    ],
    ['no header', { certificate: { format: 'pem', ...trusted } }, /mtls\.certificate\.header is required/],
    ['no format', { certificate: { header: 'a', ...trusted } }, /format is required: one of rfc9440/],
    ['another format', { certificate: { header: 'a', format: 'der', ...trusted } }, /format must be one of/],
    ['an unknown member', { certificate: 'tls', required: true }, /did you mean require/],
  ])('[MTLS-OPTIONS] with %s are a ConfigurationError that says what to write', (_case, mtls, message) => {
    expect(() => createVerifier(optionsFor(issuerKey, { mtls: mtls as MtlsOptions }))).toThrow(message);
  });

  it('[MTLS-OPTIONS] on a runtime without addresses, a list of them is refused', () => {
    const [, web] = engines;
    if (web === undefined) throw new Error('There is no second engine');
    expect(() => verifierOn(web, optionsFor(issuerKey, { mtls: { certificate: rfc9440(trusted) } }))).toThrow(
      /trustedProxy must be a function here/,
    );
  });
});

it('[MTLS-COST] a long header of spaces takes no longer to refuse than it is long', async () => {
  const value = `a=${' '.repeat(16_000)}"x"`;
  const times: number[] = [];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const startedAt = performance.now();
    expect(await send(envoy(trusted), { 'x-forwarded-client-cert': value })).toBe('ERR_BINDING_MISMATCH');
    times.push(performance.now() - startedAt);
  }
  // A third of a second if the time grows with the square of the length.
  expect(Math.min(...times)).toBeLessThan(150);
});

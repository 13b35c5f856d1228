import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { createCertificateAuthority } from '@verifier/test-issuer';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { fromFetchRequest, fromNodeRequest, type MtlsOptions, type Verifier } from '../../src/index.ts';
import { runtime as node } from '../../src/runtime/node.ts';
import { runtime as web } from '../../src/runtime/web.ts';
import { thumbprint as keyThumbprint, publicUrl, signBound, signProof } from '../support/dpop.ts';
import { bearerRequest } from '../support/requests.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { optionsFor, verifierFor, verifierOn } from '../support/verifiers.ts';

interface Identity {
  readonly key: string;
  readonly cert: string;
}

const issuerKey = generateTestKey('ES256');
const client = generateTestKey('ES256');
let authority: Awaited<ReturnType<typeof createCertificateAuthority>>;
let server: Identity;
let own: Identity;
let other: Identity;
let selfSigned: Identity;

beforeAll(async () => {
  authority = await createCertificateAuthority();
  [server, own, other] = await Promise.all([authority.issue(), authority.issue(), authority.issue()]);
  selfSigned = await (await createCertificateAuthority()).issue();
});

function thumbprintOf({ cert }: Identity): string {
  return createHash('sha256').update(new X509Certificate(cert).raw).digest('base64url');
}

function tokenFor(x5t: unknown): string {
  return signToken(issuerKey, { cnf: { 'x5t#S256': x5t } });
}

const fromTls: MtlsOptions = { certificate: 'tls' };

type Answer = (request: http.IncomingMessage | http2.Http2ServerRequest, write: (text: string) => void) => void;

function answerWith(verifier: Verifier): Answer {
  return async (request, write) => {
    try {
      const result = await verifier.authenticate(fromNodeRequest(request));
      write(result.ok ? `granted ${result.auth?.confirmation?.x5t}` : result.error.code);
    } catch (error) {
      write(String(error));
    }
  };
}

async function listen(created: Server): Promise<number> {
  created.listen(0, '127.0.0.1');
  await once(created, 'listening');
  onTestFinished(() => void created.close());
  return (created.address() as AddressInfo).port;
}

const tls = (): https.ServerOptions => ({ ...server, requestCert: true, rejectUnauthorized: false });

async function overHttps(answer: Answer, token: string, identity: Identity | undefined): Promise<string> {
  const port = await listen(
    https.createServer(tls(), (request, response) => answer(request, (text) => response.end(text))),
  );
  const agent = new https.Agent({ ...identity, ca: authority.ca, keepAlive: false });
  const options = { port, host: '127.0.0.1', agent, headers: { authorization: `Bearer ${token}` } };
  const [response] = (await once(https.get(options), 'response')) as [http.IncomingMessage];
  return (await response.setEncoding('utf8').toArray()).join('');
}

async function overHttp2(answer: Answer, token: string, identity: Identity | undefined): Promise<string> {
  const port = await listen(
    http2.createSecureServer(tls(), (request, response) => answer(request, (text) => response.end(text))),
  );
  const session = http2.connect(`https://127.0.0.1:${port}`, { ...identity, ca: authority.ca });
  onTestFinished(() => session.destroy());
  const stream = session.request({ authorization: `Bearer ${token}` });
  return (await stream.setEncoding('utf8').toArray()).join('');
}

describe.each([
  ['HTTP/1.1', overHttps],
  ['HTTP/2', overHttp2],
])('a certificate-bound token over %s', (_version, send) => {
  it.each<[string, () => [claim: unknown, sent: Identity | undefined], string | RegExp]>([
    ['its certificate', () => [thumbprintOf(own), own], /^granted [\w-]{43}$/],
    ['a self-signed certificate', () => [thumbprintOf(selfSigned), selfSigned], /^granted/],
    ['another certificate of the same authority', () => [thumbprintOf(own), other], 'ERR_BINDING_MISMATCH'],
    ['no certificate', () => [thumbprintOf(own), undefined], 'ERR_BINDING_MISMATCH'],
    ['a padded thumbprint', () => [`${thumbprintOf(own)}=`, own], 'ERR_BINDING_MISMATCH'],
    ['a short thumbprint', () => [thumbprintOf(own).slice(1), own], 'ERR_BINDING_MISMATCH'],
    ['a thumbprint that is no text', () => [1, own], 'ERR_BINDING_REQUIRED'],
  ])('[MTLS-CONNECTION] with %s', async (_case, situation, expected) => {
    const [claim, sent] = situation();
    const answer = answerWith(verifierFor(issuerKey, { mtls: fromTls }));
    expect(await send(answer, tokenFor(claim), sent)).toMatch(expected);
  });

  it('[MTLS-CONNECTION] is refused without the option', async () => {
    const answer = answerWith(verifierFor(issuerKey));
    expect(await send(answer, tokenFor(thumbprintOf(own)), own)).toBe('ERR_BINDING_REQUIRED');
  });
});

it('[MTLS-CONNECTION] a certificate is hashed once for each connection', async () => {
  const hash = vi.fn(node.hashBytes);
  const verifier = verifierOn({ ...node, hashBytes: hash }, optionsFor(issuerKey, { mtls: fromTls }));
  const { raw } = new X509Certificate(own.cert);
  const socket = { encrypted: true, getPeerX509Certificate: () => ({ raw }) };
  const headers = { authorization: `Bearer ${tokenFor(thumbprintOf(own))}` };
  for (let sent = 0; sent < 10_000; sent += 1) {
    const result = await verifier.authenticate(fromNodeRequest({ headers, socket }));
    if (!result.ok) throw result.error;
  }
  expect(hash).toHaveBeenCalledOnce();
});

it('[MTLS-PLAIN] without TLS the application gets a ConfigurationError, and not the client a 401', async () => {
  const verifier = verifierFor(issuerKey, { mtls: fromTls });
  const answer = answerWith(verifier);
  const port = await listen(http.createServer((request, response) => answer(request, (text) => response.end(text))));
  const response = await fetch(`http://127.0.0.1:${port}`, {
    headers: { authorization: `Bearer ${tokenFor(thumbprintOf(own))}` },
  });
  expect(await response.text()).toMatch(/mtls\.certificate is 'tls', and the request came without TLS.*nginx/);
});

describe('a certificate that Workers verified', () => {
  const headers = (token: string): Headers => new Headers({ authorization: `Bearer ${token}` });

  async function codeWith(tlsClientAuth: object | undefined): Promise<string> {
    const verifier = verifierOn(web, optionsFor(issuerKey, { mtls: fromTls }));
    const request = {
      method: 'GET',
      url: 'https://api.example/',
      headers: headers(tokenFor(thumbprintOf(own))),
      cf: { tlsClientAuth },
    };
    const result = await verifier.authenticate(fromFetchRequest(request));
    return result.ok ? 'granted' : result.error.code;
  }

  it('[MTLS-WORKERS] is that of request.cf', async () => {
    const certFingerprintSHA256 = Buffer.from(thumbprintOf(own), 'base64url').toString('hex');
    const presented = { certPresented: '1', certVerified: 'SUCCESS', certFingerprintSHA256 };
    expect(await codeWith(presented)).toBe('granted');
    expect(await codeWith({ ...presented, certPresented: '0' })).toBe('ERR_BINDING_MISMATCH');
    expect(await codeWith({ ...presented, certVerified: 'FAILED:self signed' })).toBe('ERR_BINDING_MISMATCH');
    expect(await codeWith({ ...presented, certFingerprintSHA256: 'ab' })).toBe('ERR_BINDING_MISMATCH');
  });
});

describe('both bindings', () => {
  async function codeOf(x5t: string, proofKey = client): Promise<string> {
    const verifier = verifierFor(issuerKey, { mtls: fromTls, dpop: { publicUrl } });
    const token = signBound(issuerKey, client, { cnf: { jkt: keyThumbprint(client), 'x5t#S256': x5t } });
    const socket = { encrypted: true, getPeerX509Certificate: () => ({ raw: new X509Certificate(own.cert).raw }) };
    const headers = { authorization: `DPoP ${token}`, dpop: signProof(proofKey, token) };
    const result = await verifier.authenticate(fromNodeRequest({ method: 'GET', url: '/orders', headers, socket }));
    return result.ok ? 'granted' : result.error.code;
  }

  it('[MTLS-BOTH] must both be verified', async () => {
    expect(await codeOf(thumbprintOf(own))).toBe('granted');
    expect(await codeOf(thumbprintOf(other))).toBe('ERR_BINDING_MISMATCH');
    expect(await codeOf(thumbprintOf(own), generateTestKey('ES256'))).toBe('ERR_BINDING_MISMATCH');
  });

  it('[MTLS-BOTH] a token with a key binding is not accepted as a bearer token by its certificate', async () => {
    const verifier = verifierFor(issuerKey, { mtls: { certificate: () => new X509Certificate(own.cert).raw } });
    const token = signToken(issuerKey, { cnf: { jkt: keyThumbprint(client), 'x5t#S256': thumbprintOf(own) } });
    expect(await verifier.authenticate(bearerRequest(token))).toMatchObject({
      error: { code: 'ERR_BINDING_REQUIRED' },
    });
  });
});

it('[MTLS-REQUIRE] refuses tokens that are not bound, and accepts a certificate of a function', async () => {
  const verifier = verifierFor(issuerKey, {
    mtls: { require: true, certificate: () => new X509Certificate(own.cert).raw },
  });
  expect(await verifier.authenticate(bearerRequest(signToken(issuerKey)))).toMatchObject({
    error: { code: 'ERR_BINDING_REQUIRED' },
  });
  expect(await verifier.authenticate(bearerRequest(tokenFor(thumbprintOf(own))))).toMatchObject({ ok: true });
});

it('[MTLS-PLAIN] a runtime that does not show the connection is a ConfigurationError, and not a 401', async () => {
  const verifier = verifierFor(issuerKey, { mtls: fromTls });
  const request = fromNodeRequest({ headers: { authorization: `Bearer ${tokenFor(thumbprintOf(own))}` } });
  await expect(verifier.authenticate(request)).rejects.toThrow(/mtls\.certificate is 'tls'/);
});

it('[MTLS-BOTH] a proof without a request shows no certificate', async () => {
  const verifier = verifierFor(issuerKey, { mtls: fromTls, dpop: { publicUrl } });
  const token = signBound(issuerKey, client, { cnf: { jkt: keyThumbprint(client), 'x5t#S256': thumbprintOf(own) } });
  const options = { proof: signProof(client, token), method: 'GET', url: `${publicUrl}/orders` };
  await expect(verifier.verify(token, options)).rejects.toMatchObject({ code: 'ERR_BINDING_REQUIRED' });
});

it.each([
  ['text', () => own.cert],
  ['a promise', async () => new Uint8Array()],
  ['the certificate of Node.js', () => new X509Certificate(own.cert)],
])('[MTLS-FUNCTION] that returns %s is an error of the application', async (_case, certificate) => {
  const verifier = verifierFor(issuerKey, { mtls: { certificate: certificate as never } });
  const result = verifier.authenticate(bearerRequest(tokenFor(thumbprintOf(own))));
  await expect(async () => result).rejects.toThrow(/must return the DER of the certificate in a Uint8Array/);
});

it('[MTLS-FUNCTION] that returns null or undefined has no certificate', async () => {
  for (const none of [null, undefined]) {
    const verifier = verifierFor(issuerKey, { mtls: { certificate: () => none as undefined } });
    expect(await verifier.authenticate(bearerRequest(tokenFor(thumbprintOf(own))))).toMatchObject({
      error: { code: 'ERR_BINDING_MISMATCH' },
    });
  }
});

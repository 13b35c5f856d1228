import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import type { VerifierOptions } from '@verifier/core';
import {
  type AuthorizationServer,
  type CertificateAuthority,
  createCertificateAuthority,
  startAuthorizationServer,
  type TlsIdentity,
} from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningApp } from './suite.ts';

/** The options of a TLS server that requests the certificate of each client. */
export interface ClientTls {
  readonly key: string;
  readonly cert: string;
  readonly requestCert: true;
  readonly rejectUnauthorized: false;
}

/** Starts an application with a guarded `GET /orders` over https. */
export type StartTls = (options: VerifierOptions, tls: ClientTls) => Promise<RunningApp>;

/** Defines tests of tokens that are bound to the certificate of a TLS connection. */
export function describeClientCertificates(name: string, start: StartTls): void {
  describe(`${name} over https`, () => {
    let authority: CertificateAuthority;
    let issuer: AuthorizationServer;
    let app: RunningApp;
    let client: TlsIdentity;
    let other: TlsIdentity;
    let token: string;

    beforeAll(async () => {
      [authority, issuer] = await Promise.all([createCertificateAuthority(), startAuthorizationServer()]);
      client = await authority.issue();
      other = await authority.issue();
      const { key, cert } = await authority.issue();
      const options = { issuer: issuer.issuer, audience: issuer.audience, mtls: { certificate: 'tls' } } as const;
      app = await start(options, { key, cert, requestCert: true, rejectUnauthorized: false });
      const x5t = createHash('sha256').update(new X509Certificate(client.cert).raw).digest('base64url');
      token = await issuer.sign({ cnf: { 'x5t#S256': x5t } });
    });
    afterAll(() => Promise.all([app.close(), issuer.close()]));

    async function send(identity: TlsIdentity | undefined, sent = token): Promise<readonly unknown[]> {
      const agent = new https.Agent({ ca: authority.ca, key: identity?.key, cert: identity?.cert });
      const headers = { authorization: `Bearer ${sent}`, 'client-cert': ':AAAA:' };
      const request = https.get(`${app.origin}/orders`, { agent, headers });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.resume();
      await once(response, 'end');
      agent.destroy();
      return [response.statusCode, response.headers['www-authenticate']];
    }

    it('[MTLS-ADAPTERS] a bound token is accepted with its certificate alone', async () => {
      const refused = [
        401,
        'Bearer realm="api", error="invalid_token", error_description="The access token is invalid"',
      ];
      expect(await send(client)).toEqual([200, undefined]);
      expect(await send(client)).toEqual([200, undefined]);
      expect(await send(other)).toEqual(refused);
      expect(await send(undefined)).toEqual(refused);
      expect(await send(undefined, await issuer.sign())).toEqual([200, undefined]);
    });
  });
}

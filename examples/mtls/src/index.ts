import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { nginx } from '@verifier/core';
import {
  createCertificateAuthority,
  findProgram,
  startAuthorizationServer,
  type TlsIdentity,
} from '@verifier/test-issuer';
import { createApi } from './api.ts';
import { type Running, serveBehindNginx, serveTls } from './servers.ts';

const authority = await createCertificateAuthority();
const [server, client, thief] = await Promise.all([authority.issue(), authority.issue(), authority.issue()]);
const issuer = await startAuthorizationServer();

function thumbprintOf({ cert }: TlsIdentity): string {
  return createHash('sha256').update(new X509Certificate(cert).raw).digest('base64url');
}

const token = await issuer.sign({ cnf: { 'x5t#S256': thumbprintOf(client) } });

async function statusOf(port: number, identity: TlsIdentity | undefined, headers: object = {}): Promise<number> {
  const agent = new https.Agent({ key: identity?.key, cert: identity?.cert, ca: authority.ca });
  const options = { host: '127.0.0.1', port, path: '/orders', agent };
  const request = https.get({ ...options, headers: { authorization: `Bearer ${token}`, ...headers } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  agent.destroy();
  return response.statusCode ?? 0;
}

async function demonstrate(name: string, { port, close }: Running): Promise<void> {
  const forged = { 'ssl-client-cert': encodeURIComponent(client.cert) };
  const statuses = [
    await statusOf(port, client),
    await statusOf(port, thief),
    await statusOf(port, undefined),
    await statusOf(port, undefined, forged),
    await statusOf(port, thief, forged),
  ];
  console.log(`${name.padEnd(10)} client, thief, no certificate, forged header (2): ${statuses.join(', ')}`);
  await close();
  assert.deepEqual(statuses, [200, 401, 401, 401, 401]);
}

const { audience } = issuer;
await demonstrate('TLS', await serveTls(createApi(issuer.issuer, audience, 'tls'), server));
if (findProgram('nginx') === undefined) {
  console.log('nginx is not installed (Debian package nginx-light)');
} else {
  const api = createApi(issuer.issuer, audience, nginx({ trustedProxy: ['127.0.0.1'] }));
  await demonstrate('nginx', await serveBehindNginx(api, server));
}
await issuer.close();

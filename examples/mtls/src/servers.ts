import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNginx, type TlsIdentity } from '@verifier/test-issuer';

/** A server on loopback. */
export interface Running {
  readonly port: number;
  close(): Promise<void>;
}

async function listen(server: Server): Promise<Running> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
  };
  return { port, close };
}

/** Serves the API with TLS in this process, which requests the certificate of each client. */
export function serveTls(app: RequestListener, identity: TlsIdentity): Promise<Running> {
  return listen(https.createServer({ ...identity, requestCert: true, rejectUnauthorized: false }, app));
}

/** Serves the API behind nginx, which ends TLS and names the certificate of the client in a header. */
export async function serveBehindNginx(app: RequestListener, identity: TlsIdentity): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'verifier-mtls-'));
  for (const name of ['key', 'cert'] as const) writeFileSync(join(folder, name), identity[name], { mode: 0o600 });
  const api = await listen(createServer(app));
  const nginx = await startNginx(`
    server {
      listen $PORT ssl;
      ssl_certificate ${join(folder, 'cert')};
      ssl_certificate_key ${join(folder, 'key')};
      ssl_verify_client optional_no_ca;
      location / {
        proxy_pass http://127.0.0.1:${api.port};
        # Replaces what the client sent, also if it has no certificate.
        proxy_set_header ssl-client-cert $ssl_client_escaped_cert;
      }
    }
  `);
  const close = async (): Promise<void> => {
    await Promise.all([nginx.stop(), api.close()]);
    rmSync(folder, { recursive: true });
  };
  return { port: Number(new URL(nginx.origin).port), close };
}

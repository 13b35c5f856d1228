import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describeClientCertificates } from '@verifier/conformance';
import { bearerAuth } from '@verifier/express';
import { frameworks } from './express-harness.ts';

for (const [name, express] of Object.entries(frameworks)) {
  describeClientCertificates(name, async (options, tls) => {
    const app = express().use(bearerAuth(options));
    app.get('/orders', (_req, res) => void res.json([]));
    const server = createServer({ ...tls }, app);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const close = async (): Promise<void> => {
      server.closeAllConnections();
      server.close();
    };
    return { origin: `https://127.0.0.1:${port}`, close };
  });
}

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { bearerAuth } from '@verifier/express';
import { collectVerifierMetrics } from '@verifier/prometheus';
import express, { type Express } from 'express';
import { Registry } from 'prom-client';

/** An API that publishes its metrics. */
export interface Api {
  readonly host: string;
  /** Returns the text that Prometheus scrapes. */
  metrics(): Promise<string>;
  close(): Promise<void>;
}

/** Starts the API. Its key set lives for 10 seconds only, so that an outage of the issuer is noticed soon. */
export async function startApi(issuer: string, audience: string): Promise<Api> {
  const auth = bearerAuth({ issuer, audience, keyCache: { ttl: 10 } });
  const register = new Registry();
  collectVerifierMetrics(auth.verifier, { register });
  await auth.verifier.warmUp();

  const app = express();
  app.get('/metrics', async (_req, res) => void res.type(register.contentType).send(await register.metrics()));
  app.use(auth);
  app.get('/orders', (_req, res) => void res.json([]));
  const { host, close } = await listen(app);
  return {
    host,
    metrics: () => register.metrics(),
    close: async () => {
      await close();
      await auth.verifier.close();
    },
  };
}

async function listen(app: Express): Promise<Pick<Api, 'host' | 'close'>> {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

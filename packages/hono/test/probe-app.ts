import { bearerAuth, createVerifier, getAuth, isAuthError } from '@verifier/hono';
import { Hono } from 'hono';

/** The settings of the probe application. */
export interface ProbeSettings {
  readonly issuers: readonly { readonly issuer: string; readonly audience: string; readonly jwksUri?: string }[];
  readonly http?: { readonly timeout?: number; readonly maxResponseSize?: number };
}

/** An application with one guarded route, and routes that show what its verifier does inside a runtime. */
export function createProbeApp(settings: ProbeSettings): Hono {
  let ahead = 0;
  const clock = { now: () => Date.now() / 1000, monotonic: () => performance.now() / 1000 + ahead };
  const verifier = createVerifier({ ...settings, clock });
  const app = new Hono();
  app.get('/stats', (c) => c.json(verifier.stats()));
  app.get('/engine', (c) => c.text(isSynchronous(c.req.query('token') ?? '') ? 'node' : 'web'));
  app.get('/advance/:seconds', (c) => {
    ahead += Number(c.req.param('seconds'));
    return c.json({ ahead });
  });
  app.use(bearerAuth({ verifier }));
  app.get('/', (c) => c.json({ subject: getAuth(c).subject ?? null }));
  return app;

  // Only node:crypto verifies a signature synchronously.
  function isSynchronous(token: string): boolean {
    try {
      return verifier.verifySync(token).token === token;
    } catch (error) {
      if (isAuthError(error) && error.code === 'ERR_KEY_SET_NOT_READY') return false;
      throw error;
    }
  }
}

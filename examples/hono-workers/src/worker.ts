import { oktaAuth, requireScope } from '@verifier/hono';
import { type Context, Hono } from 'hono';

interface Bindings {
  readonly OKTA_ISSUER: string;
  readonly OKTA_AUDIENCE: string;
}

type AppContext = Context<{ Bindings: Bindings }>;

const auth = oktaAuth((c: AppContext) => ({ issuer: c.env.OKTA_ISSUER, audience: c.env.OKTA_AUDIENCE }));

const app = new Hono<{ Bindings: Bindings }>()
  .get('/health', (c) => c.text('ok', 200))
  .get('/profile', auth, (c) => c.json({ client: c.var.auth.clientId ?? null }, 200))
  .get('/orders', auth, requireScope('read:orders'), (c) => c.json({ orders: [{ id: 1 }] }, 200));

/** The routes of this API and their answers, refusals included, for a client made with `hc`. */
export type Api = typeof app;

export default app;

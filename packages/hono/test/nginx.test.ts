import { describeBehindNginx } from '@verifier/conformance';
import { bearerAuth } from '@verifier/hono';
import { Hono } from 'hono';
import { listen } from './runtimes/node.ts';

const options = { issuer: 'https://issuer.example', audience: 'api://nginx' };

// @hono/node-server owns the request, and a refusal of one middleware may not be final: nothing drains the body.
describeBehindNginx(
  'Hono on @hono/node-server',
  () => listen(new Hono().use(bearerAuth(options)).post('/', (c) => c.text('ran'))),
  ['persistent connections'],
);

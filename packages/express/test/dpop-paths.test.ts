import { describeDpopPaths, type StartMounted } from '@verifier/conformance';
import { bearerAuth, requireClaims } from '@verifier/express';
import { type Express, Router } from 'express';
import { frameworks } from './express-harness.ts';
import { listen } from './listen.ts';

function mountsOf(express: () => Express): Readonly<Record<string, StartMounted>> {
  return {
    'guarded by the application': (options) => {
      const app = express().use(bearerAuth(options));
      app.get('/api/v1/orders', (_req, res) => void res.json([]));
      return listen(app);
    },
    'in a router of a router': (options) => {
      const inner = Router().use(bearerAuth(options));
      inner.get('/orders', (_req, res) => void res.json([]));
      return listen(express().use('/api', Router().use('/v1', inner)));
    },
    'guarded by the application, a router and a route': (options) => {
      const auth = bearerAuth(options);
      const inner = Router().use(bearerAuth({ verifier: auth.verifier }));
      inner.get(
        '/orders',
        bearerAuth({ verifier: auth.verifier }),
        requireClaims(() => true),
        (_req, res) => void res.json([]),
      );
      return listen(express().use(auth).use('/api/v1', inner));
    },
    'in a mounted application, behind a path that middleware rewrites': (options) => {
      const inner = express().use(bearerAuth(options));
      inner.get('/list', (_req, res) => void res.json([]));
      const rewrite = express().use((req, _res, next) => {
        req.url = req.url.replace('/orders', '/list');
        next();
      });
      return listen(rewrite.use('/api/v1', inner));
    },
  };
}

for (const [name, express] of Object.entries(frameworks)) describeDpopPaths(name, mountsOf(express));

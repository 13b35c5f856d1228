import { describeDpopPaths, type StartMounted } from '@verifier/conformance';
import { bearerAuth } from '@verifier/fastify';
import { createServer, type Fastify, frameworks, listen } from './fastify-harness.ts';

function mountsOf(fastify: Fastify): Readonly<Record<string, StartMounted>> {
  return {
    'guarded by the application': async (options) => {
      const app = createServer(fastify);
      await app.register(bearerAuth, options);
      app.get('/api/v1/orders', () => []);
      return listen(app);
    },
    'in a scope with a prefix': async (options) => {
      const app = createServer(fastify);
      await app.register(
        async (api) => {
          await api.register(bearerAuth, options);
          await api.register(async (inner) => void inner.get('/orders', () => []), { prefix: '/v1' });
        },
        { prefix: '/api' },
      );
      return listen(app);
    },
    'behind rewriteUrl': async (options) => {
      const rewriteUrl = ({ url = '/' }: { url?: string }): string => url.replace('/api/v1/orders', '/list');
      const app = fastify(Object({ rewriteUrl, forceCloseConnections: true }));
      await app.register(bearerAuth, options);
      app.get('/list', () => []);
      return listen(app);
    },
  };
}

for (const [name, fastify] of Object.entries(frameworks)) describeDpopPaths(name, mountsOf(fastify));

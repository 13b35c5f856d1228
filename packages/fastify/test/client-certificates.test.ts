import { describeClientCertificates } from '@verifier/conformance';
import { bearerAuth } from '@verifier/fastify';
import { frameworks, listen } from './fastify-harness.ts';

for (const [name, fastify] of Object.entries(frameworks)) {
  for (const http2 of [false, true]) {
    describeClientCertificates(`${name}${http2 ? ' with HTTP/2' : ''}`, async (options, tls) => {
      // HTTP/2 servers also answer the HTTP/1.1 of the test.
      const settings = http2
        ? { http2, https: { ...tls, allowHTTP1: true } }
        : { https: tls, forceCloseConnections: true };
      const app = fastify(Object(settings));
      await app.register(bearerAuth, options);
      app.get('/orders', () => []);
      return listen(app);
    });
  }
}

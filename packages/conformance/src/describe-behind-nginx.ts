import { type Nginx, startNginx } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from './describe-with.ts';
import type { RunningApp } from './suite.ts';

const body = Buffer.alloc(20_000_000, 'a');

// The reset of a connection does not always arrive before the answer.
const attempts = 5;

const settings = {
  // The default before nginx 1.29.7.
  'one connection for each request': 'proxy_http_version 1.0; proxy_set_header Connection close;',
  'persistent connections': 'proxy_http_version 1.1; proxy_set_header Connection "";',
};

/**
 * Defines tests of an adapter behind nginx: a large body must not turn a refusal into 502.
 *
 * @param name - The name of the framework.
 * @param start - Starts an application that refuses `POST /` without a token.
 * @param names - The configurations of nginx; all by default.
 */
export function describeBehindNginx(
  name: string,
  start: () => Promise<RunningApp>,
  names: readonly (keyof typeof settings)[] = ['one connection for each request', 'persistent connections'],
): void {
  describeWith('nginx', `${name} behind nginx`, () => {
    let app: RunningApp;
    beforeAll(async () => {
      app = await start();
    });
    afterAll(() => app.close());

    describe.each(names)('with %s', (setting) => {
      let nginx: Nginx;
      beforeAll(async () => {
        nginx = await startNginx(`
          client_max_body_size 100m;
          server { listen $PORT; ${settings[setting]} location / { proxy_pass ${app.origin}; } }
        `);
      });
      afterAll(() => nginx.stop());

      it('[ANSWERS-LARGE-BODY] answers 401 to a body of 20 MB, each time', async () => {
        const answers: string[] = [];
        for (let attempt = 0; attempt < attempts; attempt += 1) {
          const response = await fetch(nginx.origin, { method: 'POST', body });
          answers.push(`${response.status} ${response.headers.get('www-authenticate')} ${await response.text()}`);
        }
        const answer =
          '401 Bearer realm="api" {"error":"unauthorized","error_description":"The request has no access token"}';
        expect(answers).toEqual(Array.from({ length: attempts }, () => answer));
      });
    });
  });
}

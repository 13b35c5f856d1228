import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { describe, expect, it, onTestFinished } from 'vitest';
import { codeBlockWith } from '../src/code-blocks.ts';
import { writeProgram } from '../src/compile-blocks.ts';

/** Invokes the handler of a code block with the events of an HTTP API, in a process of its own. */
async function invoke(
  blockText: string,
  env: NodeJS.ProcessEnv,
  authorizations: readonly (string | null)[],
): Promise<unknown> {
  const program = await writeProgram(codeBlockWith('docs/serverless.md', blockText));
  onTestFinished(() => program.remove());
  const script = join(dirname(program.file), 'invoke.mjs');
  writeFileSync(
    script,
    `import { handler } from ${JSON.stringify(program.file)};
    const answers = [];
    for (const authorization of ${JSON.stringify(authorizations)}) {
      const http = { method: 'GET', path: '/profile', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' };
      const requestContext = { http, stage: '$default', requestId: '1', domainName: 'api.example', timeEpoch: 0 };
      const headers = { host: 'api.example', ...(authorization === null ? {} : { authorization }) };
      const target = { rawPath: '/profile', rawQueryString: '', routeKey: '$default', isBase64Encoded: false };
      const { statusCode, body } = await handler({ version: '2.0', ...target, headers, requestContext }, {});
      answers.push([statusCode, JSON.parse(body)]);
    }
    console.log(JSON.stringify(answers));
    process.exit();`,
  );
  const { PATH } = process.env;
  const child = spawn(process.execPath, [script], { env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse((await text(child.stdout)).split('\n').at(-2) ?? '');
}

describe.each([
  ['Express', 'serverless(app)'],
  ['Fastify', 'awsLambdaFastify(app)'],
  ['NestJS', 'NestFactory'],
  ['Hono', 'handle(app)'],
])('the function in docs/serverless.md with %s', (_name, text) => {
  it('verifies tokens', async () => {
    const issuer = await startAuthorizationServer();
    onTestFinished(() => issuer.close());
    const env = { OKTA_OAUTH2_ISSUER: issuer.issuer, OKTA_OAUTH2_AUDIENCE: issuer.audience };
    const token = await issuer.sign({ sub: 'alice' });
    const answers = await invoke(text, env, [null, `Bearer ${token}`, `Bearer ${token}A`]);
    expect(answers).toEqual([
      [401, { error: 'unauthorized', error_description: 'The request has no access token' }],
      [200, { subject: 'alice' }],
      [401, { error: 'invalid_token', error_description: 'The access token is invalid' }],
    ]);
    expect(issuer.counts).toMatchObject({ discovery: 1, keys: 1 });
  });
});

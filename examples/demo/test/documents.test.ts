import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { afterEach, describe, expect, it } from 'vitest';
import { type CodeFile, readCodeBlocks, writeCodeFile } from './code-blocks.ts';
import { folder, processResult, startNode } from './run-node.ts';

const compiler = join(folder, '../../node_modules/typescript/bin/tsc');
const settings = ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023'];
const more = [
  '--lib',
  'es2023',
  '--types',
  'node',
  '--skipLibCheck',
  '--allowImportingTsExtensions',
  '--experimentalDecorators',
];

let file: CodeFile | undefined;

afterEach(() => file?.remove());

/** Writes the only code block of a document that contains `text` to a file. */
async function codeBlockWith(text: string, document: string, name: string): Promise<CodeFile> {
  const blocks = (await readCodeBlocks(document, 'ts')).filter((block) => block.includes(text));
  expect(blocks).toHaveLength(1);
  file = await writeCodeFile(blocks[0] ?? '', name);
  return file;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = Object(server.address());
  server.close();
  return port;
}

async function firstAnswer(url: string): Promise<Response> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer !== undefined) return answer;
    await delay(50);
  }
  throw new Error(`${url} does not answer`);
}

describe.each([
  ['README.md', '@verifier/express', 'server.ts'],
  ['README.md', '@verifier/fastify', 'server.ts'],
  ['README.md', '@verifier/nest', 'app.module.ts'],
  ['README.md', '@verifier/hono', 'server.ts'],
  ['docs/testing.md', '@verifier/express', 'app.test.ts'],
])('the code in %s with %s', (document, text, name) => {
  it('compiles', async () => {
    const { path } = await codeBlockWith(text, document, name);
    expect(await processResult(startNode([compiler, ...settings, ...more, path]))).toMatchObject({
      stdout: '',
      code: 0,
    });
  });
});

it.each(['@verifier/express', '@verifier/fastify', '@verifier/hono'])(
  'the server in README.md with %s answers as its comments say',
  async (text) => {
    const { path } = await codeBlockWith(text, 'README.md', 'server.ts');
    const issuer = await startAuthorizationServer({ path: '/oauth2/default', scopes: ['orders:read'] });
    const port = await freePort();
    const server = startNode([path], { OKTA_OAUTH2_ISSUER: issuer.issuer, PORT: String(port) });
    const statusOf = async (url: string, scope?: string): Promise<number> => {
      const headers = { authorization: `Bearer ${await issuer.token({ scope })}` };
      return (await fetch(`http://localhost:${port}${url}`, { headers })).status;
    };
    try {
      expect((await firstAnswer(`http://localhost:${port}/health`)).status).toBe(200);
      expect((await fetch(`http://localhost:${port}/profile`)).status).toBe(401);
      expect(await statusOf('/profile')).toBe(200);
      expect(await statusOf('/orders')).toBe(403);
      expect(await statusOf('/orders', 'orders:read')).toBe(200);
    } finally {
      server.kill();
      await issuer.close();
    }
  },
);

it('the tests in docs/testing.md pass', async () => {
  const { path } = await codeBlockWith('@verifier/express', 'docs/testing.md', 'app.test.ts');
  const { code, stdout } = await processResult(startNode(['--test', '--test-reporter=tap', path]));
  expect(stdout).toMatch(/^# pass 4$/m);
  expect(code).toBe(0);
});

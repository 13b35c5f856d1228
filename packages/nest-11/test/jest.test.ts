import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const app = join(import.meta.dirname, '..', 'jest-app');
const jest = join(dirname(createRequire(import.meta.url).resolve('jest/package.json')), 'bin', 'jest.js');
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

let issuer: AuthorizationServer;

beforeAll(async () => {
  issuer = await startAuthorizationServer({ audience: 'api://default', scopes: ['read:orders', 'write:orders'] });
});

afterAll(() => issuer.close());

async function runJest(nodeArgs: readonly string[], jestArgs: readonly string[]): Promise<string> {
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    OKTA_OAUTH2_ISSUER: issuer.issuer,
    OKTA_OAUTH2_AUDIENCE: issuer.audience,
    ACCESS_TOKEN: await issuer.token({ scope: 'read:orders' }),
  };
  const args = [...nodeArgs, jest, ...jestArgs];
  const { stdout, stderr } = await run(process.execPath, args, { cwd: app, env, timeout: 60_000 }).catch(Object);
  return `${stdout}${stderr}`;
}

describe('a CommonJS application of NestJS 11, tested with Jest', () => {
  it('[RESOURCE-OPEN] runs on every Node.js where Jest compiles the ES modules', { timeout: 90_000 }, async () => {
    expect(await runJest([], [])).toMatch(/^Tests: +6 passed, 6 total$/m);
  });

  // Jest requires ES modules itself from Node.js 24.9 on.
  if (major > 24 || (major === 24 && minor >= 9)) {
    it('runs without further ado where Jest knows require() of ES modules', { timeout: 90_000 }, async () => {
      const output = await runJest(['--experimental-vm-modules'], ['--transformIgnorePatterns', '/node_modules/']);
      expect(output).toMatch(/^Tests: +6 passed, 6 total$/m);
    });
  }
});

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const child = fileURLToPath(new URL('children/common-js-app.cjs', import.meta.url));

it('[NEST-MESSAGE-LOADING] serves a CommonJS application without type metadata, which exits by itself and without a warning', async () => {
  const issuer = await startAuthorizationServer({ scopes: ['read'] });
  const token = await issuer.token({ scope: 'read' });
  const settings = { timeout: 15_000, env: { ...process.env, NODE_OPTIONS: '' } };
  const { stdout, stderr } = await run(process.execPath, [child, issuer.issuer, issuer.audience, token], settings);
  expect(stderr).toBe('');
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ same: true, status: 200, body: ['read'] });
  // The import does not load optional packages, nor those that only a request needs.
  for (const name of [
    '@nestjs/graphql',
    '@nestjs/swagger',
    '@nestjs/websockets',
    '@nestjs/microservices',
    'undici',
    'jose',
  ]) {
    expect(report.afterImport).not.toContain(name);
  }
  await issuer.close();
});

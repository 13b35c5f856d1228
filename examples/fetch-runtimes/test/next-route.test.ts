import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

const folder = join(import.meta.dirname, '..');
const compiler = join(folder, '../../node_modules/typescript/bin/tsc');

// The settings that Next.js writes if an application has none, and those that this check needs.
const settings = {
  compilerOptions: {
    target: 'ES2017',
    lib: ['dom', 'dom.iterable', 'esnext'],
    allowJs: true,
    skipLibCheck: true,
    strict: false,
    noEmit: true,
    incremental: false,
    module: 'esnext',
    esModuleInterop: true,
    moduleResolution: 'bundler',
    resolveJsonModule: true,
    isolatedModules: true,
    jsx: 'react-jsx',
    types: ['node'],
  },
  files: ['../../src/next-route.ts'],
};

describe('the route handler for Next.js', () => {
  it('can be imported without an environment, as `next build` does, and reads it at the first request', async () => {
    vi.stubEnv('ISSUER', undefined);
    vi.stubEnv('AUDIENCE', undefined);
    const { GET } = await import('../src/next-route.ts');
    const issuer = await startAuthorizationServer({ scopes: ['read:orders'] });
    onTestFinished(() => issuer.close());
    vi.stubEnv('ISSUER', issuer.issuer);
    vi.stubEnv('AUDIENCE', issuer.audience);
    const authorization = `Bearer ${await issuer.token({ scope: 'read:orders' })}`;
    expect((await GET(new Request('http://localhost/orders', { headers: { authorization } }))).status).toBe(200);
    expect((await GET(new Request('http://localhost/orders'))).status).toBe(401);
  });

  it('compiles with the settings that Next.js writes, without `strict`', { timeout: 60_000 }, async () => {
    mkdirSync(join(folder, '.verifier'), { recursive: true });
    const project = mkdtempSync(join(folder, '.verifier/next-'));
    onTestFinished(() => rmSync(project, { recursive: true }));
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(settings));
    const args = [compiler, '-p', project, '--pretty', 'false'];
    const { stdout } = await promisify(execFile)(process.execPath, args).catch(Object);
    expect(stdout).toBe('');
  });
});

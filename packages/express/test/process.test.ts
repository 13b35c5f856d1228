import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from './children/one-request.ts';

const run = promisify(execFile);
const child = fileURLToPath(new URL('children/one-request.ts', import.meta.url));

let issuer: AuthorizationServer;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
});

afterAll(() => issuer.close());

describe('a process that answers one request and never calls close()', () => {
  let report: Report;
  let errors: string;

  // The time-out kills a process that does not exit by itself, and so fails the test.
  it('exits by itself, without a warning', async () => {
    const token = await issuer.token();
    const settings = { timeout: 10_000, env: { ...process.env, NODE_OPTIONS: '' } };
    const { stdout, stderr } = await run(process.execPath, [child, issuer.issuer, issuer.audience, token], settings);
    report = JSON.parse(stdout);
    errors = stderr;
    expect(report.status).toBe(204);
    expect(errors).toBe('');
  });

  it('has loaded neither undici nor jose by importing the package', () => {
    expect(report.afterImport).not.toContain('undici');
    expect(report.afterImport).not.toContain('jose');
    expect(report.afterImport).not.toContain('express');
  });

  it('has loaded undici by verifying a token, and not jose', () => {
    expect(report.afterRequest).toContain('undici');
    expect(report.afterRequest).not.toContain('jose');
  });
});

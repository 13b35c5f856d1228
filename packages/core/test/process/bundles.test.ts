import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type FaultServer, startFaultServer } from '@verifier/test-issuer';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { audience, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';
import { type BuiltCore, buildCore } from './built-core.ts';

const run = promisify(execFile);
const key = generateTestKey('ES256');
const year = 31_536_000;

let core: BuiltCore;
let server: FaultServer;
let folder: string;

/** The report of an application that verified one token. */
interface Report {
  readonly subject?: string;
  /** The messages of an error and of its causes. */
  readonly messages?: readonly string[];
  readonly closed: boolean;
  readonly warnings: readonly string[];
}

beforeAll(async () => {
  [core, server, folder] = await Promise.all([
    buildCore(),
    startFaultServer(),
    mkdtemp(join(tmpdir(), 'verifier-bundle-')),
  ]);
  server.publish(keySetOf(key));
  const source = `
    import { createVerifier } from ${JSON.stringify(fileURLToPath(core.entry))};
    const [issuer, audience, token] = process.argv.slice(2);
    const warnings = [];
    process.on('warning', (warning) => warnings.push(warning.code + ': ' + warning.message));
    const report = { closed: false, warnings };
    const verifier = createVerifier({ issuer, audience });
    function messagesOf(error) {
      return error === undefined ? [] : [error.message, ...messagesOf(error.cause)];
    }
    verifier.verify(token)
      .then(({ subject }) => { report.subject = subject; }, (error) => { report.messages = messagesOf(error); })
      .then(() => verifier.close())
      .then(() => { report.closed = true; setImmediate(() => console.log(JSON.stringify(report))); });
  `;
  await writeFile(join(folder, 'app.mjs'), source);
});

afterAll(async () => {
  await Promise.all([core.remove(), server.stop(), rm(folder, { recursive: true })]);
});

beforeEach(() => server.resetCounts());

/** Bundles the application, and runs the bundle apart from any node_modules. */
async function runBundle(options: BuildOptions, env: Record<string, string> = {}): Promise<Report> {
  const outfile = join(folder, `bundle-${crypto.randomUUID()}.${options.format === 'cjs' ? 'cjs' : 'mjs'}`);
  await build({
    entryPoints: [join(folder, 'app.mjs')],
    bundle: true,
    platform: 'node',
    outfile,
    logLevel: 'error',
    ...options,
  });
  const now = Math.floor(Date.now() / 1000);
  const token = signToken(key, { iss: server.issuer, iat: now, exp: now + year });
  const settings = { timeout: 20_000, env: { PATH: process.env['PATH'] ?? '', ...env } };
  const { stdout } = await run(process.execPath, [outfile, server.issuer, audience, token], settings);
  return JSON.parse(stdout) as Report;
}

const banner = {
  js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
};

describe('[BUNDLES] a bundle of esbuild', () => {
  it('as an ES module fetches keys with the built-in fetch, and warns', async () => {
    const report = await runBundle({ format: 'esm' });
    expect(report).toMatchObject({ subject: 'subject', closed: true });
    expect(report.warnings).toHaveLength(1);
    expect(report.warnings[0]).toMatch(
      /^VERIFIER_UNDICI_NOT_LOADED: .*Dynamic require of "node:\w+" is not supported.*docs\/operations\.md/,
    );
    expect(server.counts).toMatchObject({ metadata: 1, keys: 1 });
  });

  it.each([
    ['an ES module with the banner of the documentation', { format: 'esm', banner }],
    ['a CommonJS module', { format: 'cjs' }],
    ['a minified CommonJS module', { format: 'cjs', minify: true }],
  ] as const)('as %s fetches keys with its pool', async (_case, options) => {
    expect(await runBundle({ ...options })).toEqual({ subject: 'subject', closed: true, warnings: [] });
    expect(server.counts).toMatchObject({ metadata: 1, keys: 1, connections: 1 });
  });

  it('[HTTP-CLOSE] as an ES module behind a proxy names the cause, fetches nothing, and can be closed', async () => {
    const report = await runBundle({ format: 'esm' }, { HTTPS_PROXY: 'proxy.example:8080' });
    expect(report).toMatchObject({ closed: true });
    expect(report.messages?.join('\n')).toMatch(
      /The proxy variables cannot be used: undici could not be loaded \(Dynamic require of .*\)/,
    );
    expect(report.messages?.join('\n')).not.toContain('connection');
    expect(server.counts).toMatchObject({ metadata: 0, keys: 0 });
  });

  it('as an ES module behind a proxy works with the banner', async () => {
    const env = { HTTPS_PROXY: 'proxy.example:8080' };
    expect(await runBundle({ format: 'esm', banner }, env)).toMatchObject({ subject: 'subject' });
  });
});

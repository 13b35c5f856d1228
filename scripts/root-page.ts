// Follows README.md in empty folders, with the packed tarballs.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthorizationServer } from '@verifier/test-issuer';
import { installAsPrinted, pathOf } from './install-as-printed.ts';
import { PageSection } from './page-section.ts';
import { ShellServer } from './shell-server.ts';
import type { Outcome } from './step.ts';
import { root } from './workspace.ts';

async function followSection(page: string, heading: string, issuer: AuthorizationServer): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'verifier-root-page-'));
  try {
    const section = new PageSection(page, heading);
    await installAsPrinted(section.block('sh', 'npm install'), folder);
    assert.deepEqual(section.writeFiles(folder), ['server.ts']);
    const command = new PageSection(page, 'Express').block('sh', 'node server.ts');
    const started = command.replace('https://example.okta.com/oauth2/default', issuer.issuer);
    const server = await ShellServer.start(started, folder, { ...process.env, PATH: pathOf(folder) });
    try {
      const token = await issuer.token();
      const answers = [await server.ask('/health'), await server.ask('/profile'), await server.ask('/profile', token)];
      answers.push(await server.ask('/orders', token));
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 401, 200, 403],
        server.output,
      );
    } finally {
      server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Installs, starts and calls the servers of README.md, each in an empty folder. */
export async function rootPage(): Promise<Outcome> {
  const page = readFileSync(join(root, 'README.md'), 'utf8');
  // The build creates the issuer; this script must load before.
  const { startAuthorizationServer } = await import('@verifier/test-issuer');
  const issuer = await startAuthorizationServer({ path: '/oauth2/default' });
  const failures: string[] = [];
  const headings = ['Express', 'Fastify', 'Hono'];
  for (const heading of headings) {
    await followSection(page, heading, issuer).catch((error: Error) => failures.push(`${heading}: ${error.message}`));
  }
  await issuer.close();
  return {
    passed: headings.length - failures.length,
    failed: failures.length,
    skipped: 0,
    output: failures.join('\n'),
  };
}

import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BuiltCore, buildCore } from './built-core.ts';
import { runChild } from './child.ts';
import type { Attempts } from './children/abandoned.ts';
import type { Loaded } from './children/loading.ts';
import type { Sharing } from './children/sharing.ts';

let core: BuiltCore;
let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  [core, issuer] = await Promise.all([buildCore(), startAuthorizationServer({ alg: 'ES256' })]);
  token = await issuer.token();
});

afterAll(async () => {
  await Promise.all([core.remove(), issuer.close()]);
});

beforeEach(() => issuer.resetCounts());

describe('one process', () => {
  it('[PROCESS-SHARED] shares one discovery and one key fetch between import, require() and a second copy', async () => {
    const second = await core.copy();
    const required = `require:${new URL(core.entry).pathname}`;
    const args = [issuer.issuer, issuer.audience, token, core.entry, second.entry, required];
    const { report } = await runChild<Sharing>('sharing', args);
    expect(report).toMatchObject({ copies: 2, verified: 6 });
    expect(issuer.counts).toMatchObject({ discovery: 1, keys: 1, connections: 1 });
    await second.remove();
  });

  it('[PROCESS-SHARED] shares verified tokens', async () => {
    const second = await core.copy();
    const args = [issuer.issuer, issuer.audience, token, core.entry, second.entry];
    const { report } = await runChild<Sharing>('sharing', args);
    expect(report.hits).toBeGreaterThanOrEqual(2);
    await second.remove();
  });

  it('[PROCESS-EXIT] exits immediately without close()', async () => {
    const { report, errors, lingered } = await runChild<Attempts>('abandoned', [
      core.entry,
      issuer.issuer,
      issuer.audience,
      token,
    ]);
    expect(report.codes).toEqual([
      'ERR_KEY_SET_NOT_READY',
      'accepted',
      'accepted',
      'ERR_KEY_SET_NOT_READY',
      'ERR_DISCOVERY_FAILED',
      'AggregateError',
      'ERR_ISSUER_LOOKUP_FAILED',
      'ERR_ISSUER_LOOKUP_FAILED',
    ]);
    // An unhandled rejection would have ended it with an error.
    expect(errors).toBe('');
    expect(lingered).toBeLessThan(3);
  });
});

describe('the loaded modules', () => {
  async function loadedWith(...flags: readonly string[]): Promise<Loaded> {
    const args = [core.entry, issuer.issuer, issuer.audience, token, JSON.stringify(issuer.keys.set)];
    const { report, errors } = await runChild<Loaded>('loading', args, { flags });
    expect(errors).toBe('');
    return report;
  }

  it('[PROCESS-LAZY] are neither undici nor jose after importing the package, creating verifiers, or with given keys', async () => {
    const loaded = await loadedWith();
    for (const names of [loaded.afterImport, loaded.afterCreation, loaded.afterGivenKeys]) {
      expect(names).not.toContain('undici');
      expect(names).not.toContain('jose');
    }
  });

  it('[PROCESS-LAZY] are the proof of possession with the options dpop and mtls only', async () => {
    const { own, ownWithBinding } = await loadedWith();
    expect(own.length).toBeGreaterThan(0);
    const parts = [/open-proof-verifier/, /certificate-verifier/];
    for (const part of parts) {
      expect(own.filter((file) => part.test(file))).toEqual([]);
      expect(ownWithBinding.filter((file) => part.test(file))).toHaveLength(1);
    }
  });

  it('are undici after the first fetch, and never jose', async () => {
    const { afterFetch } = await loadedWith();
    expect(afterFetch).toContain('undici');
    expect(afterFetch).not.toContain('jose');
  });

  it.each(['workerd', 'edge-light', 'browser', 'deno', 'bun'])(
    'are the web engine with the condition %s: jose, and no module of Node.js',
    async (condition) => {
      const { afterImport, afterFetch } = await loadedWith(`--conditions=${condition}`);
      expect(afterImport).toContain('jose');
      expect(afterFetch).not.toContain('undici');
      expect(afterFetch.filter((name) => name.startsWith('node:') && name !== 'node:module')).toEqual([]);
    },
  );
});

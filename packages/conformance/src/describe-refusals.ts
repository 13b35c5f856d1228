import { channel } from 'node:diagnostics_channel';
import { setImmediate } from 'node:timers/promises';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exchange } from './exchange.ts';
import type { AdapterHarness, RunningApp } from './suite.ts';

const events = channel('verifier:event');

/**
 * Defines the tests of what the operator of an application sees of refused requests: in every framework the same. The
 * harness must start the applications in this process.
 */
export function describeRefusals(name: string, harness: AdapterHarness): void {
  describe(`${name} shows refusals to the operator`, () => {
    let issuer: AuthorizationServer;
    const running: RunningApp[] = [];
    let refused: string[] = [];
    let warnings: string[] = [];

    const record = (event: unknown): void => {
      const { type, code, issuer: of } = Object(event);
      if (type === 'token-refused') refused.push(`${code} of ${of}`);
    };
    const hear = (warning: Error & { code?: string }): void => {
      if (warning.code === 'VERIFIER_ALL_REFUSED') warnings.push(warning.message);
    };

    beforeAll(async () => {
      issuer = await startAuthorizationServer({ scopes: ['read:messages'] });
    });
    beforeEach(() => {
      [refused, warnings] = [[], []];
      events.subscribe(record);
      process.on('warning', hear);
    });
    afterEach(async () => {
      events.unsubscribe(record);
      process.off('warning', hear);
      await Promise.all(running.splice(0).map((app) => app.close()));
    });
    afterAll(() => issuer.close());

    async function start(options: { readonly issuer?: string; readonly audience?: string } = {}): Promise<string> {
      const app = await harness.start({
        profile: 'default',
        issuer: issuer.issuer,
        audience: issuer.audience,
        ...options,
      });
      running.push(app);
      return app.origin;
    }

    async function ask(origin: string, path: string, token: string, times: number): Promise<number[]> {
      const statuses: number[] = [];
      for (let count = 0; count < times; count += 1) {
        const headers = [['Authorization', `Bearer ${token}`]] as const;
        statuses.push((await exchange(origin, { method: 'GET', path, headers })).status);
      }
      await setImmediate();
      return [...new Set(statuses)];
    }

    it('[WARNINGS-REFUSED] by one warning for a wrong audience', async () => {
      const origin = await start({ audience: 'api://another' });
      expect(await ask(origin, '/protected', await issuer.token(), 10)).toEqual([401]);
      expect(warnings).toEqual([expect.stringContaining('audience is "api://another"')]);
    });

    it('[WARNINGS-REFUSED] by one warning for a trailing slash in the issuer', async () => {
      const origin = await start({ issuer: `${issuer.issuer}/` });
      expect(await ask(origin, '/protected', await issuer.token(), 10)).toEqual([401]);
      expect(warnings).toEqual([expect.stringContaining(`issuer is "${issuer.issuer}/"`)]);
    });

    it('[WARNINGS-REFUSED] by one warning for an opaque token', async () => {
      expect(await ask(await start(), '/protected', 'opaque', 10)).toEqual([401]);
      expect(warnings).toEqual([expect.stringContaining('ERR_TOKEN_MALFORMED')]);
    });

    it('[EVENTS-GUARDS] by one event for each 403 of a route guard', async () => {
      const origin = await start();
      const token = await issuer.token();
      expect(await ask(origin, '/scoped', token, 2)).toEqual([403]);
      expect(await ask(origin, '/claims', token, 1)).toEqual([403]);
      const of = `of ${issuer.issuer}`;
      expect(refused).toEqual([
        `ERR_SCOPE_INSUFFICIENT ${of}`,
        `ERR_SCOPE_INSUFFICIENT ${of}`,
        `ERR_CLAIMS_INSUFFICIENT ${of}`,
      ]);
    });
  });
}

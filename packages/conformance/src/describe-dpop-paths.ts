import type { VerifierOptions } from '@verifier/core';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HeaderList } from './conformance-case.ts';
import { exchange } from './exchange.ts';
import { boundTo, generateClientKey, publicUrl, signProof } from './proof-builder.ts';
import type { RunningApp } from './suite.ts';
import { readSigningContext } from './token-builder.ts';

/** Starts an application with `GET /api/v1/orders`, guarded with these options. The way of mounting it has a name. */
export type StartMounted = (options: VerifierOptions) => Promise<RunningApp>;

const client = generateClientKey();
const path = '/api/v1/orders';

/**
 * Defines tests of the path that a proof must name: that which the client calls, wherever the guard is mounted.
 *
 * @param name - The name of the framework.
 * @param mounts - The ways of mounting the route, by name.
 */
export function describeDpopPaths(name: string, mounts: Readonly<Record<string, StartMounted>>): void {
  describe.each(Object.entries(mounts))(`${name}, %s`, (_mount, start) => {
    let issuer: AuthorizationServer;
    let app: RunningApp;
    let prefixed: RunningApp;
    let token: string;

    beforeAll(async () => {
      issuer = await startAuthorizationServer({ audience: 'https://api.example' });
      token = boundTo(client)(await readSigningContext(issuer));
      const options = { issuer: issuer.issuer, audience: issuer.audience };
      app = await start({ ...options, dpop: { publicUrl } });
      prefixed = await start({ ...options, dpop: { publicUrl: [`${publicUrl}/svc2`, 'https://other.example'] } });
    });
    afterAll(() => Promise.all([app.close(), prefixed.close(), issuer.close()]));

    async function send(htu: string, target = path, to = app, more: HeaderList = []): Promise<number> {
      const headers: HeaderList = [
        ['Authorization', `DPoP ${token}`],
        ['DPoP', signProof(client, token, { claims: { htu } })],
        ...more,
      ];
      return (await exchange(to.origin, { method: 'GET', path: target, headers })).status;
    }

    it('[DPOP-PATHS] the proof names the whole path of the request', async () => {
      expect(await send(`${publicUrl}${path}`)).toBe(200);
      for (const part of ['/orders', '/v1/orders', '/', `${path}/`, `/x${path}`]) {
        expect(await send(`${publicUrl}${part}`)).toBe(401);
      }
    });

    it('[DPOP-PATHS] the query of the request and another spelling of the URL do not count', async () => {
      expect(await send(`${publicUrl}${path}`, `${path}?a=b#c`)).toBe(200);
      expect(await send('HTTPS://API.example:443/api/x/../v1/%6frders?a=b')).toBe(200);
    });

    it('[DPOP-PATHS] a prefix that a proxy removes is that of the public URL, and any of several may be named', async () => {
      expect(await send(`${publicUrl}/svc2${path}`, path, prefixed)).toBe(200);
      expect(await send(`https://other.example${path}`, path, prefixed)).toBe(200);
      expect(await send(`${publicUrl}${path}`, path, prefixed)).toBe(401);
    });

    it('[DPOP-PATHS] a host that the sender writes does not count', async () => {
      const forged: HeaderList = [
        ['Host', 'evil.example'],
        ['X-Forwarded-Host', 'evil.example'],
        ['X-Forwarded-Proto', 'https'],
        ['X-Forwarded-Prefix', '/svc2'],
      ];
      expect(await send(`https://evil.example${path}`, path, app, forged)).toBe(401);
      expect(await send(`${publicUrl}${path}`, path, app, forged)).toBe(200);
      const absolute = `https://evil.example${path}`;
      expect(await send(absolute, absolute)).toBe(401);
      expect(await send(`${publicUrl}${path}`, absolute)).toBe(200);
    });
  });
}

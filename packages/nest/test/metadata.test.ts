import { type CanActivate, Controller, Get, type INestApplication, Module, VersioningType } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { exchange, type HeaderList, type RawResponse } from '@verifier/conformance';
import { createVerifier, protectedResourceMetadata, type Verifier } from '@verifier/core';
import { BearerAuthModule, RequireScope } from '@verifier/nest';
import { startAuthorizationServer } from '@verifier/test-issuer';
import { describe, expect, it, onTestFinished } from 'vitest';
import { platforms, type RunningNestApp, start } from './platforms.ts';

const issuer = 'https://login.example';
const wellKnown = '/.well-known/oauth-protected-resource';
const path = `${wellKnown}/orders`;

function verifierOf(url: string): Verifier {
  return createVerifier({ issuer, resource: { url } });
}

const verifier = verifierOf('https://api.example/orders');
const invoices = verifierOf('https://api.example/invoices');

class DenyAll implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Controller({ path: 'orders', version: '1' })
class Orders {
  @RequireScope('a', 'b')
  @Get()
  list(): unknown {
    return 'open';
  }
}

@Module({ imports: [BearerAuthModule.forRoot({ verifier: invoices, global: false })] })
class Invoices {}

@Module({
  imports: [BearerAuthModule.forRoot({ verifier }), Invoices],
  controllers: [Orders],
  providers: [{ provide: APP_GUARD, useClass: DenyAll }],
})
class App {}

function prepare(app: INestApplication): void {
  app.setGlobalPrefix('api');
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
}

async function ask(
  { origin }: RunningNestApp,
  target: string,
  headers: HeaderList = [],
  method = 'GET',
): Promise<RawResponse> {
  return exchange(origin, { method, path: target, headers });
}

function resourceIn({ status, body }: RawResponse): unknown {
  return status === 200 ? JSON.parse(body).resource : status;
}

describe.each(Object.entries(platforms))('%s', (_name, platform) => {
  it('[RESOURCE-OPEN] serves the metadata under a prefix, versions and other guards', async () => {
    const running = await start(platform, App, prepare);
    onTestFinished(() => running.close());
    expect(resourceIn(await ask(running, path))).toBe('https://api.example/orders');
    expect(await ask(running, path, [], 'HEAD')).toMatchObject({ status: 200, body: '' });
    expect((await ask(running, path, [['Content-Type', 'application/json']], 'POST')).status).toBe(405);
    const preflight = await ask(running, path, [['Origin', 'https://other.example']], 'OPTIONS');
    expect(preflight.headers).toContainEqual([expect.stringMatching(/^access-control-allow-origin$/i), '*']);
    expect([401, 403]).toContain((await ask(running, '/api/v1/orders')).status);
  });

  it('[RESOURCE-SEVERAL] serves the metadata of each module', async () => {
    const running = await start(platform, App, prepare);
    onTestFinished(() => running.close());
    expect(resourceIn(await ask(running, `${wellKnown}/invoices`))).toBe('https://api.example/invoices');
    expect(resourceIn(await ask(running, wellKnown))).toBe(404);
  });

  it('[RESOURCE-FORGED] serves the same bytes for every host and target', async () => {
    const running = await start(platform, App, prepare);
    onTestFinished(() => running.close());
    const body = JSON.stringify(protectedResourceMetadata(verifier).document);
    const headers: HeaderList = [
      ['Host', `other.example${wellKnown}?`],
      ['X-Forwarded-Host', 'other.example'],
    ];
    expect((await ask(running, path, headers)).body).toBe(body);
    expect((await ask(running, `http://other.example${path}`)).body).toBe(body);
  });

  it('[RESOURCE-MIRROR] answers with the metadata of the authorization server', async () => {
    const server = await startAuthorizationServer();
    onTestFinished(() => server.close());
    const resource = { url: 'https://api.example', mirrorAuthorizationServer: true };
    @Module({ imports: [BearerAuthModule.forRoot({ issuer: server.issuer, resource })] })
    class Mirror {}
    const running = await start(platform, Mirror);
    onTestFinished(() => running.close());
    const { body } = await ask(running, '/.well-known/oauth-authorization-server');
    expect(JSON.parse(body)).toMatchObject({ issuer: server.issuer });
  });

  it('[RESOURCE-CHALLENGE] names the scopes of the handler', async () => {
    @Module({ imports: [BearerAuthModule.forRoot({ verifier })], controllers: [Orders] })
    class Scoped {}
    const running = await start(platform, Scoped);
    onTestFinished(() => running.close());
    const { headers } = await ask(running, '/orders');
    expect(headers).toContainEqual([
      expect.stringMatching(/^www-authenticate$/i),
      `Bearer realm="api", scope="a b", resource_metadata="https://api.example${path}"`,
    ]);
  });
});

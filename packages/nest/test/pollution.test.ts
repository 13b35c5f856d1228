import { generateKeyPairSync } from 'node:crypto';
import { Controller, Get, Req } from '@nestjs/common';
import { describePollution, withPollution } from '@verifier/conformance';
import { Auth, BearerAuthModule, getAuth, OktaAuth, type VerifiedToken } from '@verifier/nest';
import { describe, expect, it } from 'vitest';
import { nestHarness } from './nest-harness.ts';
import { platforms } from './platforms.ts';
import { moduleOf, runningApps } from './running-apps.ts';

const key = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
const startApp = runningApps();

// Fastify takes its own hook `onError` from Object.prototype.
const except: Readonly<Record<string, readonly string[]>> = { Fastify: ['onError'] };

for (const [name, platform] of Object.entries(platforms)) {
  describePollution(`Nest on ${name}`, nestHarness(platform), { except: except[name] ?? [] });
}

describe.each(Object.entries(platforms))('[OPTIONS-OWN] an accessor on %s', (_name, platform) => {
  const optional = { issuer: 'https://issuer.example', audience: 'a', jwks: { keys: [key] }, optional: true };

  function defineRoutes(): object {
    @Controller()
    class Routes {
      @Get('whole')
      whole(@Auth() auth: VerifiedToken): unknown {
        return auth;
      }

      @Get('property')
      property(@Auth('subject') subject: string): unknown {
        return subject;
      }

      @Get('function')
      function(@Req() request: object): unknown {
        return getAuth(request, Object({}));
      }

      @OktaAuth()
      @Get('decorated')
      decorated(@Auth() auth: VerifiedToken): unknown {
        return auth;
      }
    }
    return Routes;
  }

  it('keeps the guard of an override whatever Object.prototype says', async () => {
    class Base {
      @OktaAuth()
      @Get()
      get(): string {
        return 'base';
      }
    }
    @Controller()
    class Routes extends Base {
      @Get()
      override get(): string {
        return 'ran';
      }
    }
    const { optional: _, ...required } = optional;
    const status = await withPollution(['optional', true], async () => {
      const imports = [BearerAuthModule.forRoot({ ...required, global: false })];
      const { origin } = await startApp(platform, moduleOf({ imports, controllers: [Routes] }));
      return (await fetch(origin)).status;
    });
    expect(status).toBe(401);
  });

  it('denies an anonymous request whatever Object.prototype says', async () => {
    const statuses = await withPollution(['optional', true], async () => {
      const module = moduleOf({ imports: [BearerAuthModule.forRoot(optional)], controllers: [Object(defineRoutes())] });
      const { origin } = await startApp(platform, module);
      const paths = ['whole', 'property', 'function', 'decorated'];
      return Promise.all(paths.map(async (path) => (await fetch(`${origin}/${path}`)).status));
    });
    expect(statuses).toEqual([401, 401, 401, 401]);
  });
});

import { Controller, Get, type INestApplication } from '@nestjs/common';
import { BearerAuthModule, createVerifier, OktaAuth, OktaAuthGuard, OktaAuthModule } from '@verifier/nest';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { platforms, type RunningNestApp, start } from './platforms.ts';
import { ask, moduleOf } from './running-apps.ts';

let issuer: AuthorizationServer;
let headers: Record<string, string>;
const running: RunningNestApp[] = [];

beforeEach(async () => {
  issuer = await startAuthorizationServer({ path: '/oauth2/default', audience: 'api://default' });
  headers = { Authorization: `Bearer ${await issuer.token()}` };
  issuer.resetCounts();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()));
  await issuer.close();
});

@Controller()
class Routes {
  @Get()
  get(): string {
    return 'ran';
  }
}

@Controller('one')
@OktaAuth()
class One extends Routes {}

@Controller('two')
@OktaAuth()
class Two extends Routes {}

const options = (): { issuer: string; audience: string } => ({ issuer: issuer.issuer, audience: issuer.audience });
const fetchedOnce = { discovery: 1, keys: 1 };

describe.each(Object.entries(platforms))('on %s', (_name, platform) => {
  async function run(module: Parameters<typeof start>[1]): Promise<RunningNestApp> {
    const app = await start(platform, module);
    running.push(app);
    return app;
  }

  const guarded = (more: object = {}) =>
    moduleOf({ imports: [BearerAuthModule.forRoot({ ...options(), ...more })], controllers: [Routes] });

  const statusOf = async (app: RunningNestApp, path = '/'): Promise<number> =>
    (await ask(app, { path, headers })).status;

  describe('the modules of one process', () => {
    it('share one discovery and one key fetch', async () => {
      const left = moduleOf({ imports: [OktaAuthModule.forRoot({ ...options(), global: false })], controllers: [One] });
      const right = moduleOf({
        imports: [BearerAuthModule.forRoot({ ...options(), global: false, realm: 'two' })],
        controllers: [Two],
      });
      const app = await run(moduleOf({ imports: [left, right] }));
      expect([await statusOf(app, '/one'), await statusOf(app, '/two')]).toEqual([200, 200]);
      expect(issuer.counts).toMatchObject(fetchedOnce);
    });

    it('answer 1,000 concurrent first requests with one discovery and one key fetch', async () => {
      const app = await run(guarded());
      const statuses = await Promise.all(Array.from({ length: 1000 }, () => statusOf(app)));
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(issuer.counts).toMatchObject(fetchedOnce);
    });

    it('do not contact the issuer for a request once warm', async () => {
      const app = await run(guarded({ warmUp: true }));
      expect(app.app.get(OktaAuthGuard).verifier.ready()).toBe(true);
      expect(issuer.counts).toMatchObject(fetchedOnce);
      issuer.resetCounts();
      for (let round = 0; round < 50; round += 1) expect(await statusOf(app)).toBe(200);
      expect(issuer.counts).toMatchObject({ discovery: 0, keys: 0, connections: 0 });
    });
  });

  describe('the end of an application', () => {
    const verifierOf = (app: INestApplication) => app.get(OktaAuthGuard).verifier;

    it('closes the verifier that the module opened', async () => {
      const app = await start(platform, guarded());
      const verifier = verifierOf(app.app);
      expect(await statusOf(app)).toBe(200);
      await app.close();
      expect(verifier.ready()).toBe(false);
      await expect(verifier.verify('any')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    });

    it('leaves a verifier open that was passed in', async () => {
      const verifier = createVerifier(options());
      const app = await start(platform, moduleOf({ imports: [OktaAuthModule.forRoot({ verifier })] }));
      await verifier.warmUp();
      await app.close();
      expect(verifier.ready()).toBe(true);
      await verifier.close();
    });

    it('does not affect a second application of the same module', async () => {
      const module = guarded();
      const [first, second] = [await start(platform, module), await run(module)];
      await first.close();
      expect(await statusOf(second)).toBe(200);
    });
  });

  it('fails at start-up with warmUp if the keys are unavailable', async () => {
    await issuer.stop();
    const fault = await start(platform, guarded({ warmUp: true })).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(AggregateError);
    expect(String(fault)).toContain(issuer.issuer);
  });

  it('starts without warmUp if the keys are unavailable, and answers 503', async () => {
    await issuer.stop();
    const app = await run(guarded());
    expect(await statusOf(app)).toBe(503);
  });
});

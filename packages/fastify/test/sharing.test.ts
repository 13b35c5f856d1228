import { createRequire } from 'node:module';
import { bearerAuth, oktaAuth } from '@verifier/fastify';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, closeAll, statuses } from './ask.ts';

let issuer: AuthorizationServer;
let token: string;

beforeEach(async () => {
  issuer = await startAuthorizationServer({ path: '/oauth2/default' });
  token = await issuer.token({ scope: 'read' });
  issuer.resetCounts();
});

afterEach(async () => {
  await closeAll();
  await issuer.close();
});

function options(): { issuer: string; audience: string } {
  return { issuer: issuer.issuer, audience: issuer.audience };
}

const fetchedOnce = { discovery: 1, keys: 1 };
const ok = async (): Promise<string> => 'ok';

async function addScope(app: FastifyInstance, prefix: string, plugin: typeof bearerAuth, more = {}): Promise<void> {
  const scope = async (instance: FastifyInstance): Promise<void> => {
    await instance.register(plugin, { ...options(), ...more });
    instance.get('/', ok);
  };
  await app.register(scope, { prefix });
}

describe('the scopes and applications of one process', () => {
  it('share one discovery and one key fetch', async () => {
    const [app, another] = [fastify(), fastify()];
    await addScope(app, '/one', bearerAuth);
    await addScope(app, '/two', bearerAuth, { realm: 'two' });
    await addScope(another, '/three', oktaAuth as typeof bearerAuth);
    expect(await statuses(app, { path: '/one', token }, { path: '/two', token })).toEqual([200, 200]);
    expect(await statuses(another, { path: '/three', token })).toEqual([200]);
    expect(issuer.counts).toMatchObject(fetchedOnce);
  });

  it('answer 1,000 concurrent first requests with one discovery and one key fetch', async () => {
    const app = fastify();
    await app.register(bearerAuth, options());
    app.get('/', ok);
    expect(await statuses(app, {})).toEqual([401]);
    const answers = await Promise.all(Array.from({ length: 1000 }, () => ask(app, { token })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(issuer.counts).toMatchObject(fetchedOnce);
  });

  it('do not contact the issuer for a request once warm', async () => {
    const app = fastify();
    await app.register(bearerAuth, { ...options(), warmUp: true });
    app.get('/', ok);
    await app.ready();
    expect(issuer.counts).toMatchObject(fetchedOnce);
    issuer.resetCounts();
    for (let round = 0; round < 50; round += 1) expect(await statuses(app, { token })).toEqual([200]);
    expect(issuer.counts).toMatchObject({ discovery: 0, keys: 0, connections: 0 });
  });

  it('share with one that was loaded through require()', async () => {
    const required: { bearerAuth: typeof bearerAuth } = createRequire(import.meta.url)('@verifier/fastify');
    const app = fastify();
    await addScope(app, '/one', bearerAuth);
    await addScope(app, '/two', required.bearerAuth);
    expect(await statuses(app, { path: '/one', token }, { path: '/two', token })).toEqual([200, 200]);
    expect(issuer.counts).toMatchObject(fetchedOnce);
  });

  it('keep sharing after one of them closes', async () => {
    const [app, another] = [fastify(), fastify()];
    await addScope(app, '/one', bearerAuth);
    await addScope(another, '/one', bearerAuth);
    expect(await statuses(app, { path: '/one', token })).toEqual([200]);
    await another.ready();
    await app.close();
    expect(await statuses(another, { path: '/one', token })).toEqual([200]);
    expect(issuer.counts).toMatchObject(fetchedOnce);
  });
});

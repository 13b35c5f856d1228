import { bearerAuth } from '@verifier/hono';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { Hono, type MiddlewareHandler } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from './runtimes/node.ts';

let issuer: AuthorizationServer;
let token: string;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token();
});

afterAll(() => issuer.close());

type Edit = (headers: Headers) => void;

/** Ways in which a middleware edits the headers of a request. */
const ways: Readonly<Record<string, (edit: Edit) => MiddlewareHandler>> = {
  'in place': (edit) => async (c, next) => {
    edit(c.req.raw.headers);
    await next();
  },
  'in a new request': (edit) => async (c, next) => {
    const headers = new Headers(c.req.raw.headers);
    edit(headers);
    c.req.raw = new Request(c.req.raw, { headers });
    await next();
  },
};

describe.each(Object.entries(ways))('[REQUEST-HEADERS-DECIDE] headers that middleware edited %s', (_name, way) => {
  function appWith(edit: Edit): Hono {
    const auth = bearerAuth({ issuer: issuer.issuer, audience: issuer.audience });
    const app = new Hono();
    app.use(way(edit));
    app.use(auth);
    app.get('/', (c) => c.body(null, 204));
    return app;
  }

  /** The statuses without a server, and on Node.js. */
  async function statusesOf(edit: Edit, authorization?: string): Promise<readonly number[]> {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const direct = await appWith(edit).request('/', { headers });
    const served = await listen(appWith(edit));
    const answered = await fetch(served.origin, { headers });
    await served.close();
    return [direct.status, answered.status];
  }

  it('decide, whether the token was set, replaced or deleted', async () => {
    const set: Edit = (headers) => headers.set('Authorization', `Bearer ${token}`);
    expect(await statusesOf(set)).toEqual([204, 204]);
    expect(await statusesOf(set, 'Bearer forged')).toEqual([204, 204]);
    const remove: Edit = (headers) => headers.delete('Authorization');
    expect(await statusesOf(remove, `Bearer ${token}`)).toEqual([401, 401]);
    const repeat: Edit = (headers) => headers.append('Authorization', `Bearer ${token}`);
    expect(await statusesOf(repeat, `Bearer ${token}`)).toEqual([400, 400]);
  });
});

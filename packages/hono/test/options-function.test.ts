import { createGuard, type Guard, type GuardOptions } from '@verifier/core';
import { bearerAuth, ConfigurationError, createVerifier, oktaAuth } from '@verifier/hono';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { Context, type Handler, Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GuardCache, type GuardLease } from '../src/guard-cache.ts';
import { ask, askRunning } from './question.ts';
import { listen, type Served } from './runtimes/node.ts';

let issuer: AuthorizationServer;
let token: string;

beforeEach(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  vi.stubEnv('OKTA_OAUTH2_ISSUER', undefined);
  vi.stubEnv('OKTA_OAUTH2_AUDIENCE', undefined);
  issuer = await startAuthorizationServer();
  token = await issuer.token();
  issuer.resetCounts();
});

afterEach(() => issuer.close());

const noContent: Handler = (c) => c.body(null, 204);

function options(): { issuer: string; audience: string } {
  return { issuer: issuer.issuer, audience: issuer.audience };
}

interface Bindings {
  readonly ISSUER: string;
  readonly AUDIENCE: string;
}

function request(app: Served, bindings: Partial<Bindings>): Promise<Response> | Response {
  return app.fetch(new Request('http://localhost/', { headers: { Authorization: `Bearer ${token}` } }), bindings);
}

describe('options as a function of the context', () => {
  const fromBindings = (c: Context<{ Bindings: Bindings }>): { issuer: string; audience: string } => ({
    issuer: c.env.ISSUER,
    audience: c.env.AUDIENCE,
  });
  const bindings = (): Bindings => ({ ISSUER: issuer.issuer, AUDIENCE: issuer.audience });

  it.each([
    ['oktaAuth', oktaAuth(fromBindings)],
    ['bearerAuth', bearerAuth(fromBindings)],
  ])('are read from the bindings by %s, and fetch once for equal options', async (_name, auth) => {
    const app = new Hono<{ Bindings: Bindings }>().use(auth).get('/', noContent);
    for (let round = 0; round < 20; round += 1) expect((await request(app, bindings())).status).toBe(204);
    expect(issuer.counts).toMatchObject({ discovery: 1, keys: 1 });
  });

  it('[OPTIONS-OWN] may be an instance of a class with getters, and fetch once for equal ones', async () => {
    class Settings {
      readonly #bindings: Bindings;
      constructor(bindings: Bindings) {
        this.#bindings = bindings;
      }
      get issuer(): string {
        return this.#bindings.ISSUER;
      }
      get audience(): string {
        return this.#bindings.AUDIENCE;
      }
    }
    const auth = bearerAuth((c) => new Settings(c.env));
    const app = new Hono<{ Bindings: Bindings }>().use(auth).get('/', noContent);
    for (let round = 0; round < 5; round += 1) expect((await request(app, bindings())).status).toBe(204);
    expect((await request(app, { ...bindings(), AUDIENCE: 'other' })).status).toBe(401);
    expect(issuer.counts).toMatchObject({ discovery: 1, keys: 1 });
  });

  it('apply to their own request only', async () => {
    const app = new Hono<{ Bindings: Bindings }>().use(bearerAuth(fromBindings)).get('/', noContent);
    expect((await request(app, bindings())).status).toBe(204);
    expect((await request(app, { ...bindings(), AUDIENCE: 'other' })).status).toBe(401);
    expect((await request(app, { ...bindings(), ISSUER: 'https://other.example' })).status).toBe(401);
    expect((await request(app, bindings())).status).toBe(204);
  });

  it('[HONO-OPTIONS-IN-USE] that many clients make up fail no request in flight', async () => {
    const healthy = Promise.withResolvers<void>();
    const slowFetch = vi.fn(async (url: string, init: RequestInit) => {
      await healthy.promise;
      return fetch(url, init);
    });
    const auth = bearerAuth((c) => ({
      ...options(),
      issuer: c.req.header('x-issuer') ?? issuer.issuer,
      http: { fetch: slowFetch },
    }));
    const running = await listen(new Hono().use(auth).get('/', noContent));
    // Waits for the keys while the others arrive.
    const waiting = askRunning(running, { token });
    await vi.waitFor(() => expect(slowFetch).toHaveBeenCalled());
    const madeUp = Array.from({ length: 150 }, (_, index) => `https://made-up-${index}.example`);
    await Promise.all(madeUp.map((name) => askRunning(running, { headers: { 'x-issuer': name } })));
    healthy.resolve();
    expect((await waiting).status).toBe(204);
    await running.close();
  });

  it('are called once for each request', async () => {
    const choose = vi.fn(options);
    await ask(new Hono().use(bearerAuth(choose)).get('/', noContent), { token });
    expect(choose).toHaveBeenCalledTimes(1);
  });
});

describe('a guard', () => {
  const audience = 'a';
  const site = 'https://issuer.example';
  const validate = (): undefined => undefined;
  const rejecting = (reason: string): GuardOptions => ({ issuer: site, audience, validate: () => reason });
  const context = new Context(new Request('http://localhost/'));

  interface Finder {
    readonly create: typeof createGuard;
    readonly lease: (options: GuardOptions) => GuardLease;
    /** Leases the guard for a request that ends immediately. */
    readonly find: (options: GuardOptions) => Guard;
    /** The same for a request with a valid token. */
    readonly verify: (options: GuardOptions) => Guard;
  }

  function finder(): Finder {
    let next: GuardOptions;
    const create = vi.fn(createGuard);
    const cache = new GuardCache(() => next, create);
    const lease = (options: GuardOptions): GuardLease => {
      next = options;
      return cache.lease(context);
    };
    const find = (options: GuardOptions): Guard => {
      const { guard, end } = lease(options);
      end();
      return guard;
    };
    const verify = (options: GuardOptions): Guard => {
      const { guard, verified, end } = lease(options);
      verified();
      end();
      return guard;
    };
    return { create, lease, find, verify };
  }

  it.each<[string, GuardOptions, GuardOptions]>([
    ['another object', { issuer: site, audience }, { issuer: site, audience }],
    ['another order', { issuer: site, audience }, { audience, issuer: site }],
    ['lists', { issuer: site, audience: ['a', 'b'] }, { issuer: site, audience: ['a', 'b'] }],
    [
      'nested members',
      { issuer: site, audience, http: { timeout: 1 } },
      { issuer: site, audience, http: { timeout: 1 } },
    ],
    ['the same function', { issuer: site, audience, validate }, { issuer: site, audience, validate }],
  ])('is the same for equal options: %s', (_name, first, second) => {
    const { find, create } = finder();
    expect(find(first)).toBe(find(second));
    expect(create).toHaveBeenCalledTimes(1);
  });

  it.each<[string, GuardOptions, GuardOptions]>([
    ['audience', { issuer: site, audience }, { issuer: site, audience: 'b' }],
    ['a list and its only member', { issuer: site, audience }, { issuer: site, audience: ['a'] }],
    ['null and its name', { issuer: site, audience: null }, { issuer: site, audience: 'null' }],
    ['members of lists', { issuer: site, audience: ['a', 'b'] }, { issuer: site, audience: ['a,b'] }],
    [
      'nested members',
      { issuer: site, audience, http: { timeout: 1 } },
      { issuer: site, audience, http: { timeout: 2 } },
    ],
    ['another member', { issuer: site, audience }, { issuer: site, audience, optional: true }],
    ['onError', { issuer: site, audience }, { issuer: site, audience, onError: 'framework' }],
    ['a function', { issuer: site, audience, validate }, { issuer: site, audience, validate: () => 'rejected' }],
    // Functions with the same text can have different closures.
    ['a function of the same text', rejecting('1'), rejecting('2')],
  ])('is another one for different options: %s', (_name, first, second) => {
    const { find, create } = finder();
    expect(find(first)).not.toBe(find(second));
    expect(create).toHaveBeenCalledTimes(2);
  });

  it('is cached while it is among the 100 most recently used, and closed on eviction', async () => {
    const { find } = finder();
    const [first, second] = [find({ issuer: site, audience: '0' }), find({ issuer: site, audience: '1' })];
    const closed = [first, second].map(({ verifier }) => vi.spyOn(verifier, 'close'));
    for (let index = 2; index < 100; index += 1) find({ issuer: site, audience: String(index) });
    expect(find({ issuer: site, audience: '0' })).toBe(first);
    find({ issuer: site, audience: '100' });
    expect(closed.map(({ mock }) => mock.calls.length)).toEqual([0, 1]);
    expect(find({ issuer: site, audience: '0' })).toBe(first);
    expect(find({ issuer: site, audience: '1' })).not.toBe(second);
  });

  it('[HONO-OPTIONS-IN-USE] is closed when its last request ends, however many other options arrive', () => {
    const { lease, find } = finder();
    const used = { issuer: site, audience: 'used' };
    const [first, second] = [lease(used), lease(used)];
    const close = vi.spyOn(first.guard.verifier, 'close');
    for (let index = 0; index < 500; index += 1) find({ issuer: site, audience: String(index) });
    first.end();
    expect(close).not.toHaveBeenCalled();
    second.end();
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('[HONO-OPTIONS-MADE-UP] that verified a token is evicted by others that did only', () => {
    const { find, verify } = finder();
    const optionsFor = (audience: number): GuardOptions => ({ issuer: site, audience: String(audience) });
    const good = Array.from({ length: 100 }, (_, index) => verify(optionsFor(index)));
    for (let index = 1000; index < 2000; index += 1) find(optionsFor(index));
    expect(Array.from({ length: 100 }, (_, index) => find(optionsFor(index)))).toEqual(good);
    verify(optionsFor(100));
    expect(find(optionsFor(1))).toBe(good[1]);
    expect(find(optionsFor(0))).not.toBe(good[0]);
  });

  it('[HONO-OPTIONS-MADE-UP] that was evicted during its first request keeps its place if the token is valid', () => {
    const { lease, find } = finder();
    const slow = { issuer: site, audience: 'slow' };
    const { guard, verified, end } = lease(slow);
    const close = vi.spyOn(guard.verifier, 'close');
    for (let index = 0; index < 500; index += 1) find({ issuer: site, audience: String(index) });
    verified();
    end();
    expect(find(slow)).toBe(guard);
    expect(close).not.toHaveBeenCalled();
  });

  it('does not close a verifier of the application', () => {
    const { find } = finder();
    const verifier = createVerifier({ issuer: site, audience });
    const close = vi.spyOn(verifier, 'close');
    expect(find({ verifier }).verifier).toBe(verifier);
    for (let index = 0; index < 200; index += 1) find({ issuer: site, audience: String(index) });
    expect(close).not.toHaveBeenCalled();
  });
});

describe('an invalid options function', () => {
  const reason = new RangeError('no binding');

  // A valid environment must not replace the result of the function.
  beforeEach(() => {
    vi.stubEnv('OKTA_OAUTH2_ISSUER', issuer.issuer);
    vi.stubEnv('OKTA_OAUTH2_AUDIENCE', issuer.audience);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'throws',
      () => {
        throw reason;
      },
      /options function threw.*\{ issuer: c\.env\.ISSUER/,
    ],
    ['returns nothing', () => undefined, /returned undefined.*\{ issuer, audience \}/],
    ['returns null', () => null, /returned null.*\{ issuer, audience \}/],
    ['returns a text', () => 'https://issuer.example', /returned a string.*\{ issuer, audience \}/],
    ['returns a function', () => () => undefined, /returned a function.*\{ issuer, audience \}/],
    ['returns an array', () => [], /returned an array.*\{ issuer, audience \}/],
    ['returns a promise', async () => options(), /returned a promise.*synchronously/],
    ['returns an unknown option', () => ({ ...options(), audiense: 'a' }), /audiense is not an option.*audience/],
    ['returns an unsafe issuer', () => ({ ...options(), issuer: 'http://issuer.example' }), /issuer/],
    ['returns options in addition to a verifier', () => ({ ...options(), verifier: {} }), /combined with verifier/],
  ])('is an error with the correction, and the route stays closed: %s', async (_name, choose, message) => {
    for (const auth of [oktaAuth(Object(choose)), bearerAuth(Object(choose))]) {
      const route = vi.fn(noContent);
      const errors: Error[] = [];
      const app = new Hono().use(auth).get('/', route);
      expect(await ask(app, { token })).toMatchObject({ status: 500, body: 'Internal Server Error' });
      app.onError((error, c) => {
        errors.push(error);
        return c.text('closed', 500);
      });
      expect(await ask(app, { token })).toMatchObject({ status: 500, body: 'closed' });
      expect(route).not.toHaveBeenCalled();
      expect(errors[0]).toBeInstanceOf(ConfigurationError);
      expect(errors[0]?.message).toMatch(message);
    }
    expect(issuer.counts).toMatchObject({ discovery: 0, keys: 0 });
  });

  it('keeps the thrown error as the cause', async () => {
    const errors: Error[] = [];
    const auth = bearerAuth(() => {
      throw reason;
    });
    const app = new Hono().use(auth).onError((error, c) => {
      errors.push(error);
      return c.text('closed', 500);
    });
    await ask(app, { token });
    expect(errors[0]?.cause).toBe(reason);
  });

  it('is called again for the next request', async () => {
    const choose = vi.fn(options).mockImplementationOnce(() => {
      throw reason;
    });
    const app = new Hono().use(bearerAuth(choose)).get('/', noContent);
    expect([(await ask(app, { token })).status, (await ask(app, { token })).status]).toEqual([500, 204]);
  });
});

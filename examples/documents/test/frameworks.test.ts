import { describe, expect, it } from 'vitest';
import { findBun } from './find-bun.ts';
import { type Scenario, startScenario } from './scenario.ts';

const page = 'docs/frameworks.md';
const missing = { error: 'unauthorized', error_description: 'The request has no access token' };
const invalid = { error: 'invalid_token', error_description: 'The access token is invalid' };
const insufficient = { error: 'insufficient_scope', error_description: 'The access token lacks a required scope' };

async function answer(response: Response): Promise<unknown[]> {
  return [response.status, await response.json()];
}

async function tokenWith(scenario: Scenario, scope: string): Promise<string> {
  return scenario.issuer.sign({ sub: 'alice', scope });
}

describe.each([
  ['Elysia', "from 'elysia'", [findBun(), '--tsconfig-override=src/plain.tsconfig.json']],
  ['h3', "from 'h3'", undefined],
])('the program for %s in docs/frameworks.md', (_name, text, runtime) => {
  it('gives the answers of core', { timeout: 60_000 }, async () => {
    const scenario = await startScenario(page, text, runtime);
    const token = await scenario.tokenOf('alice');
    expect(await answer(await scenario.get('/profile'))).toEqual([401, missing]);
    const refused = await scenario.get('/profile', `${token}A`);
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(await answer(refused)).toEqual([401, invalid]);
    expect(await answer(await scenario.get('/profile', token))).toEqual([200, { subject: 'alice' }]);
    expect(await answer(await scenario.get('/orders', token))).toEqual([403, insufficient]);
    expect(await answer(await scenario.get('/orders', await tokenWith(scenario, 'read:orders')))).toEqual([200, []]);
  });
});

it('the program for tRPC in docs/frameworks.md answers with status, text and challenge', {
  timeout: 60_000,
}, async () => {
  const scenario = await startScenario(page, "from '@trpc/server'");
  const token = await scenario.tokenOf('alice');
  const anonymous = await scenario.get('/profile');
  expect(anonymous.status).toBe(401);
  expect(anonymous.headers.get('www-authenticate')).toBe('Bearer realm="api"');
  expect(await anonymous.json()).toMatchObject({ error: { message: missing.error_description } });
  expect(await (await scenario.get('/profile', `${token}A`)).text()).not.toMatch(/ERR_|signature/i);
  const profile = await scenario.get('/profile', token);
  expect(await answer(profile)).toEqual([200, { result: { data: { subject: 'alice' } } }]);
  const denied = await scenario.get('/orders', token);
  expect(denied.status).toBe(403);
  expect(denied.headers.get('www-authenticate')).toContain('scope="read:orders"');
  expect((await scenario.get('/orders', await tokenWith(scenario, 'read:orders'))).status).toBe(200);
});

describe.each([
  ['Apollo Server', 'ApolloServer'],
  ['GraphQL Yoga', 'graphql-yoga'],
])('the program for %s in docs/frameworks.md', (_name, text) => {
  it('refuses before GraphQL, and passes the token to resolvers', { timeout: 60_000 }, async () => {
    const scenario = await startScenario(page, text);
    const query = async (field: string, token?: string): Promise<Response> =>
      fetch(`${scenario.origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify({ query: `{ ${field} }` }),
      });
    const token = await scenario.tokenOf('alice');
    expect(await answer(await query('profile'))).toEqual([401, missing]);
    expect(await answer(await query('profile', `${token}A`))).toEqual([401, invalid]);
    expect(await (await query('profile', token)).json()).toEqual({ data: { profile: 'alice' } });
    expect(await (await query('orders', token)).json()).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect(await (await query('orders', await tokenWith(scenario, 'read:orders'))).json()).toEqual({
      data: { orders: [] },
    });
  });
});

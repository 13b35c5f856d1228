import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Scenario, startScenario } from './scenario.ts';

async function outputWith(scenario: Scenario, text: string): Promise<string> {
  for (let attempt = 0; attempt < 200 && !scenario.output().includes(text); attempt += 1) await delay(25);
  return scenario.output();
}

/** Returns the printed lines that contain the texts, as soon as there is one. */
async function linesWith(scenario: Scenario, ...texts: readonly string[]): Promise<string[]> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const lines = scenario.output().split('\n');
    const found = lines.filter((line) => texts.every((text) => line.includes(text)));
    if (found.length > 0) return found;
    await delay(25);
  }
  return [];
}

describe('a server in docs/logs.md', () => {
  it.each([
    ['pino-http', 'pinoHttp', '/profile'],
    ['morgan', 'morgan', '/orders'],
    ['the logger of Fastify', '@verifier/fastify', '/orders'],
    ['an error handler', 'logErrors', '/orders'],
  ])('with %s prints no token', async (name, text, path) => {
    const scenario = await startScenario('docs/logs.md', text);
    const token = await scenario.tokenOf('alice');
    const [, claims = '', signature = ''] = token.split('.');
    expect((await scenario.get(path, token)).status).toBe(200);
    expect((await scenario.get(path, `${token}A`)).status).toBe(401);
    if (name !== 'an error handler') await outputWith(scenario, '401');
    expect(scenario.output()).not.toContain(claims);
    expect(scenario.output()).not.toContain(signature.slice(0, 40));
  });

  it('with pino-http prints a redacted header, and the client', async () => {
    const scenario = await startScenario('docs/logs.md', 'pinoHttp');
    await scenario.get('/profile', await scenario.tokenOf('alice'));
    const output = await outputWith(scenario, '"clientId"');
    expect(output).toContain('"authorization":"[Redacted]"');
    expect(output).toContain(`"clientId":"${scenario.issuer.clients[0]?.client_id}"`);
  });

  it('with Fastify prints a redacted header', async () => {
    const scenario = await startScenario('docs/logs.md', '@verifier/fastify');
    await scenario.get('/orders', await scenario.tokenOf('alice'));
    expect(await outputWith(scenario, '[Redacted]')).toContain('"authorization":"[Redacted]"');
  });

  it.each([
    ['onEvent', 'onEvent: (event)', 'token-refused'],
    ['log', 'log: (entry)', '"msg":"refused"'],
  ])('with %s prints a line with an id of its own for each refused request', async (_, text, mark) => {
    const scenario = await startScenario('docs/logs.md', text);
    // More signatures than the thread pool verifies at once: the others wait in a queue.
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, index) => scenario.tokenOf(`subject-${index}`)));
    const forged = tokens.map((token) => `${token.slice(0, -8)}AAAAAAAA`);
    const answers = await Promise.all(['bad', ...forged].map((token) => scenario.get('/orders', token)));
    const ids = answers.map(({ status, headers }) => {
      expect(status).toBe(401);
      return headers.get('x-request-id');
    });
    expect(new Set(ids).size).toBe(answers.length);
    for (const id of ids) expect(await linesWith(scenario, `"${id}"`, mark)).toHaveLength(1);
    for (const token of forged) expect(scenario.output()).not.toContain(token.split('.')[1]);
  });
});

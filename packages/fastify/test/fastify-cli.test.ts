import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const cli = fileURLToPath(import.meta.resolve('fastify-cli/cli.js'));
const file = fileURLToPath(new URL('children/cli-app.ts', import.meta.url));

let issuer: AuthorizationServer;

beforeAll(async () => {
  issuer = await startAuthorizationServer();
});

afterAll(() => issuer.close());

/** Starts the application with `fastify start` and returns its origin. */
async function start(env: Readonly<Record<string, string>>): Promise<string> {
  const settings = { API_ISSUER: issuer.issuer, API_AUDIENCE: issuer.audience, NODE_OPTIONS: '', ...env };
  const child = spawn(process.execPath, [cli, 'start', '--port', '0', '--log-level', 'info', file], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    if (child.kill()) await once(child, 'exit');
  });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    const origin = /Server listening at (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
    if (origin !== undefined) return origin;
  }
  throw new Error(`fastify-cli ended without listening: ${output}`);
}

async function statuses(origin: string): Promise<number[]> {
  const authorization = `Bearer ${await issuer.token()}`;
  const responses = [
    await fetch(`${origin}/`),
    await fetch(`${origin}/`, { headers: { authorization } }),
    await fetch(`${origin}/unknown`),
    await fetch(`${origin}/unknown`, { headers: { authorization } }),
  ];
  return responses.map(({ status }) => status);
}

describe('an application of fastify-cli', () => {
  it.each<[string, Record<string, string>, number[]]>([
    ['answers an unknown route with 404', {}, [401, 200, 404, 404]],
    ['that is wrapped denies an unknown route', { API_WRAPPED: 'yes' }, [401, 200, 401, 404]],
    ['with its own handler denies an unknown route', { API_NOT_FOUND: 'own' }, [401, 200, 401, 404]],
  ])('[ADAPTERS-UNKNOWN] %s', async (_case, env, expected) => {
    expect(await statuses(await start(env))).toEqual(expected);
  });
});

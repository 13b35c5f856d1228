import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Miniflare } from 'miniflare';
import { describe, expect, it, onTestFinished } from 'vitest';
import { binaryOf } from './runtimes/binary.ts';
import { bundle, workerConditions } from './runtimes/bundle.ts';

const run = promisify(execFile);
const refusal = [
  // The hash of the token is asynchronous.
  '@verifier/core:authenticate start undefined',
  '@verifier/core:authenticate end undefined',
  '@verifier/core:fetch start undefined',
  '@verifier/core:fetch end undefined',
  '@verifier/core:fetch asyncEnd ERR_KEY_SET_UNAVAILABLE',
  '@verifier/core:authenticate asyncEnd ERR_KEY_SET_UNAVAILABLE',
];

async function onDeno(): Promise<string[]> {
  const flags = ['--no-check', '--cached-only', '--no-lock', '--node-modules-dir=manual', '--deny-env'];
  return start(binaryOf('deno'), ['run', ...flags, 'tracing-script.ts']);
}

async function onBun(): Promise<string[]> {
  return start(binaryOf('bun'), ['--tsconfig-override=plain.tsconfig.json', 'tracing-script.ts']);
}

async function start(file: string, args: string[]): Promise<string[]> {
  const { stdout } = await run(file, args, { cwd: join(import.meta.dirname, 'runtimes'), timeout: 60_000 });
  return JSON.parse(stdout) as string[];
}

async function onWorkerd(...compatibilityFlags: string[]): Promise<string[]> {
  const { code } = await bundle('tracing-worker.ts', workerConditions);
  const miniflare = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: code }],
    compatibilityDate: '2026-07-01',
    compatibilityFlags,
    cf: false,
  });
  onTestFinished(() => miniflare.dispose());
  const response = await miniflare.dispatchFetch('http://localhost/');
  return (await response.json()) as string[];
}

describe('the tracing channels', () => {
  it.each([
    ['Deno', onDeno],
    ['Bun', onBun],
    ['workerd with nodejs_compat', async () => onWorkerd('nodejs_compat')],
  ])('[TRACING-AUTHENTICATE] publish a refusal on %s', async (_name, steps) => {
    expect(await steps()).toEqual(refusal);
  });

  it('[TRACING-AUTHENTICATE] are absent on workerd without the module, and disturb nothing', async () => {
    expect(await onWorkerd()).toEqual([]);
  });
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Miniflare } from 'miniflare';
import { describe, expect, it, onTestFinished } from 'vitest';
import { binaryOf } from './runtimes/binary.ts';
import { bundle, workerConditions } from './runtimes/bundle.ts';

const run = promisify(execFile);
const line = 'VERIFIER: no issuer: refused, ERR_ISSUER_UNKNOWN (iss).';
const configured = 'issuer is "https://issuer.example"';

interface Switches {
  readonly variable?: string;
  readonly debug?: boolean;
}

async function onDeno({ variable, debug = false }: Switches): Promise<string> {
  const flags = ['--no-check', '--cached-only', '--no-lock', '--node-modules-dir=manual'];
  const permissions = variable === undefined ? ['--deny-env'] : ['--allow-env=NODE_DEBUG'];
  return start(binaryOf('deno'), ['run', ...permissions, ...flags, 'debug-script.ts'], variable, debug);
}

async function onBun({ variable, debug = false }: Switches): Promise<string> {
  return start(binaryOf('bun'), ['--tsconfig-override=plain.tsconfig.json', 'debug-script.ts'], variable, debug);
}

async function start(file: string, args: string[], variable: string | undefined, debug: boolean): Promise<string> {
  const env = { ...process.env, NODE_DEBUG: variable ?? '' };
  const cwd = join(import.meta.dirname, 'runtimes');
  const { stdout } = await run(file, debug ? [...args, 'debug'] : args, { cwd, env, timeout: 60_000 });
  return stdout;
}

async function onWorkerd({ variable, debug = false }: Switches): Promise<string> {
  const { code } = await bundle('debug-worker.ts', workerConditions);
  const bindings: Record<string, boolean | string> = { DEBUG: debug };
  if (variable !== undefined) bindings['NODE_DEBUG'] = variable;
  const miniflare = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: code }],
    compatibilityDate: '2026-07-01',
    // Gives the bindings to the environment of the process.
    compatibilityFlags: variable === undefined ? [] : ['nodejs_compat'],
    cf: false,
    bindings,
  });
  onTestFinished(() => miniflare.dispose());
  const response = await miniflare.dispatchFetch('http://localhost/');
  return ((await response.json()) as string[]).join('\n');
}

describe.each([
  ['Deno', onDeno],
  ['Bun', onBun],
  ['workerd', onWorkerd],
])('the debug log on %s', (_name, lines) => {
  it('[DEBUG-OPTION] is on with the option debug', async () => {
    const text = await lines({ debug: true });
    expect(text).toContain(line);
    expect(text).toContain(configured);
  });

  it('[DEBUG-OPTION] is on with NODE_DEBUG', async () => {
    const text = await lines({ variable: 'verifier' });
    expect(text).toContain(line);
    expect(text).toContain(configured);
  });

  it('[DEBUG-OPTION] is off without both', async () => {
    expect(await lines({})).not.toContain('VERIFIER');
  });
});

import { describe, expect, it } from 'vitest';
import { bundle, workerConditions } from './runtimes/bundle.ts';

describe.each([
  ['wrangler', workerConditions],
  ['workerd', ['workerd']],
  ['Vercel Edge', ['edge-light']],
  ['a browser', ['browser']],
  ['Deno', ['deno']],
  ['Bun', ['bun']],
  ['no runtime by name', []],
] as const)('a bundle under the conditions of %s', (_name, conditions) => {
  it('imports nothing, in particular no module of Node.js', async () => {
    const { imports, inputs, code } = await bundle('worker.ts', conditions);
    expect(imports).toEqual([]);
    expect(code).not.toMatch(/["']node:/);
    expect(inputs.filter((file) => /undici|runtime\/node|@hono\/node-server/.test(file))).toEqual([]);
    expect(inputs.some((file) => file.endsWith('runtime/web.js'))).toBe(true);
  });
});

it('would detect an import of Node.js', async () => {
  const { imports } = await bundle('worker.ts', ['node']);
  expect(imports).toEqual(expect.arrayContaining(['node:crypto', 'undici']));
});

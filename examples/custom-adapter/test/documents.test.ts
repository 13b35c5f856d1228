import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const adapter = read('../src/koa-adapter.ts');

it('the guide shows the tested adapter', () => {
  expect(read('../../../docs/adapters.md')).toContain(`\`\`\`ts\n${adapter}\`\`\``);
});

it('the adapter has fewer than 55 lines, and imports only Koa and the public surface of core', () => {
  expect(adapter.trimEnd().split('\n').length).toBeLessThan(55);
  const imports = [...adapter.matchAll(/from '([^']+)'/g)].map(([, name]) => name);
  expect(imports).toEqual(['@verifier/core', 'koa']);
});

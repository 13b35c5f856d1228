import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

it.each(['bun', 'deno', 'worker', 'next-route'])('the guide shows %s.ts unchanged', (name) => {
  const code = read(`../src/${name}.ts`);
  expect(read('../../../docs/fetch-runtimes.md')).toContain(`\`\`\`ts\n${code}\`\`\``);
});

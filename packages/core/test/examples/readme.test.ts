import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const folder = new URL('.', import.meta.url);
const page = readFileSync(new URL('../support/README.md', folder), 'utf8');

it('the page of the test support quotes every example verbatim, and nothing else', () => {
  const quoted = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  const examples = globSync('*.test.ts', { cwd: folder }).filter((name) => name !== 'readme.test.ts');
  expect(examples.length).toBe(3);
  expect(quoted.sort()).toEqual(examples.map((name) => readFileSync(new URL(name, folder), 'utf8')).sort());
});

it('the page of the test support lists every file of the folder', () => {
  for (const name of globSync('*.ts', { cwd: new URL('../support', folder) })) expect(page).toContain(`(${name})`);
});

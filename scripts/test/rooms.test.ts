import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { roomFaults } from '../rooms.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rooms-'));
  const tsconfig = { compilerOptions: { paths: { '#runtime': ['./src/runtime/node.ts'] } } };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Writes sources into an empty package and returns the faults of that package. */
function faultsOf(sources: Record<string, string>): Promise<string[]> {
  for (const [file, text] of Object.entries(sources)) {
    const path = join(folder, 'src', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return roomFaults(folder);
}

const value = 'export const value = 1;';
const typed = 'export interface Thing { a: string }';

describe('import directions of core', () => {
  it('accepts downward imports and imports inside a room', async () => {
    const faults = await faultsOf({
      'index.ts': "export { value } from './guard/guard.ts';",
      'guard/guard.ts': "import { value } from '../keys/key-set.ts'; export { value };",
      'keys/key-set.ts': "import { value } from './jwk.ts'; import '#runtime'; export { value };",
      'keys/jwk.ts': "import type { Thing } from '../errors.ts'; export const value: Thing | 1 = 1;",
      'runtime/node.ts': "import 'node:crypto'; import './node/pool.ts'; import './runtime.ts';",
      'runtime/node/pool.ts': "import 'node:net'; import '../runtime.ts';",
      'runtime/runtime.ts': value,
      'errors.ts': typed,
    });
    expect(faults).toEqual([]);
  });

  it.each([
    ['an import', "import { value } from '../options/options.ts'; export const a = value;"],
    ['a type-only import', "import type { Thing } from '../options/options.ts'; export let a: Thing;"],
    ['an inline type-only import', "import { type Thing } from '../options/options.ts'; export let a: Thing;"],
    ['an import type', "export let a: import('../options/options.ts').Thing;"],
    ['a dynamic import', "export const a = () => import('../options/options.ts');"],
    ['a re-export', "export { value } from '../options/options.ts';"],
    ['a type-only re-export', "export type { Thing } from '../options/options.ts';"],
  ])('refuses %s of a higher room', async (_, source) => {
    const faults = await faultsOf({ 'keys/key-set.ts': source, 'options/options.ts': `${value}\n${typed}` });
    expect(faults).toEqual(['keys/ imports lower rooms only: src/keys/key-set.ts -> src/options/options.ts']);
  });

  it('refuses an upward import through the alias of the runtime', async () => {
    const faults = await faultsOf({ 'crypto/hash.ts': "import '#runtime';", 'runtime/node.ts': value });
    expect(faults).toEqual(['crypto/ imports lower rooms only: src/crypto/hash.ts -> src/runtime/node.ts']);
  });

  it('refuses an import of a room on the same level', async () => {
    const faults = await faultsOf({ 'http/client.ts': "import '../token/claims.ts';", 'token/claims.ts': value });
    expect(faults).toEqual(['http/ imports lower rooms only: src/http/client.ts -> src/token/claims.ts']);
  });

  it.each(['import', 'import type'])('refuses a cycle of files made by `%s`', async (keyword) => {
    const faults = await faultsOf({
      'keys/a.ts': `${keyword} { b } from './b.ts'; export type a = typeof b;`,
      'keys/b.ts': "import type { a } from './a.ts'; export let b: a;",
    });
    expect(faults).toContain('no cycle of files: src/keys/a.ts -> src/keys/b.ts -> src/keys/a.ts');
  });

  it('refuses a cycle of folders without a cycle of files', async () => {
    const faults = await faultsOf({
      'binding/dpop/proof.ts': "import '../mutual-tls/certificate.ts';",
      'binding/mutual-tls/certificate.ts': value,
      'binding/mutual-tls/header.ts': "import '../dpop/nonce.ts';",
      'binding/dpop/nonce.ts': value,
    });
    expect(faults.join('\n')).toMatch(/^no cycle of folders: src\/binding\/(dpop|mutual-tls) -> /m);
    expect(faults.join('\n')).not.toContain('no cycle of files');
  });

  it.each(['text/trim.ts', 'loose.ts'])('refuses %s, which is outside the rooms', async (file) => {
    const faults = await faultsOf({ [file]: value });
    expect(faults.join('\n')).toContain(`no file outside a room: src/${file}`);
  });

  it.each(['loose.mts', 'loose.js', 'keys/data.json'])('refuses %s, which is not a .ts file', async (file) => {
    expect(await faultsOf({ [file]: '' })).toContain(`only .ts files in src: src/${file}`);
  });

  it('refuses Node.js modules and undici outside runtime/node', async () => {
    const undici = join(folder, 'node_modules', 'undici');
    mkdirSync(undici, { recursive: true });
    writeFileSync(join(undici, 'package.json'), '{ "name": "undici", "main": "index.js" }');
    writeFileSync(join(undici, 'index.js'), '');
    const faults = await faultsOf({
      'keys/a.ts': "import type { KeyObject } from 'node:crypto'; export let key: KeyObject;",
      'runtime/web.ts': "import 'crypto';",
      'http/a.ts': "export const load = () => import('undici');",
    });
    const rule = 'only runtime/node.ts and runtime/node/ import';
    expect(faults.toSorted()).toEqual([
      `${rule} Node.js modules: src/keys/a.ts -> crypto`,
      `${rule} Node.js modules: src/runtime/web.ts -> crypto`,
      `${rule} undici: src/http/a.ts -> node_modules/undici/index.js`,
    ]);
  });

  it('refuses an import of a file outside src', async () => {
    writeFileSync(join(folder, 'secret.ts'), value);
    const faults = await faultsOf({ 'keys/a.ts': "import '../../secret.ts';" });
    expect(faults).toEqual(['no file outside src: src/keys/a.ts -> secret.ts']);
  });
});

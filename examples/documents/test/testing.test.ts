import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { codeBlockWith, folder } from '../src/code-blocks.ts';
import { writeProgram } from '../src/compile-blocks.ts';
import { findBun } from './find-bun.ts';

const page = 'docs/testing.md';
const text = readFileSync(join(folder, '../..', page), 'utf8');
const require = createRequire(import.meta.url);
const jest = join(dirname(require.resolve('jest/package.json')), 'bin/jest.js');
const vitest = join(folder, '../../node_modules/vitest/vitest.mjs');

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { PATH } = process.env;
  const options = { cwd, env: { PATH, NODE_NO_WARNINGS: '1' }, timeout: 80_000 };
  const { stdout, stderr } = await promisify(execFile)(command, args, options).catch(Object);
  return stripVTControlCharacters(`${stdout}${stderr}`);
}

/** Writes the program of the page, with the import of another test runner, to an application of its own. */
function writeApplication(runner: string, manifest: object, config?: string): string {
  mkdirSync(join(folder, '.verifier'), { recursive: true });
  const directory = mkdtempSync(join(folder, '.verifier/testing-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const statement = text
    .split('\n')
    .find((line) => line.startsWith(`| ${runner} |`))
    ?.match(/`(import .*?;)`/)?.[1];
  const { code } = codeBlockWith(page, 'function createApp');
  const original = "import { after, before, test } from 'node:test';";
  if (statement === undefined || !code.includes(original)) throw new Error(`${page} has no recipe for ${runner}`);
  writeFileSync(join(directory, 'app.test.ts'), code.replace(original, statement));
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
  if (config !== undefined) writeFileSync(join(directory, 'jest.config.mjs'), codeBlockWith(page, config).code);
  return directory;
}

describe('the program in docs/testing.md passes', { timeout: 90_000 }, () => {
  it('with node:test', async () => {
    const program = await writeProgram(codeBlockWith(page, 'function createApp'));
    onTestFinished(() => program.remove());
    expect(await run(process.execPath, ['--test', program.file], folder)).toMatch(/^. pass 4$/m);
  });

  it('with Vitest', async () => {
    const application = writeApplication('Vitest', { type: 'module' });
    expect(await run(process.execPath, [vitest, 'run', '--root', '.'], application)).toMatch(/Tests +4 passed \(4\)/);
  });

  it('with Bun', async () => {
    const application = writeApplication('Bun', { type: 'module' });
    const args = [`--tsconfig-override=${join(folder, 'src/plain.tsconfig.json')}`, 'test'];
    expect(await run(findBun(), args, application)).toMatch(/^ 4 pass\n 0 fail$/m);
  });

  it.each(['@swc/jest', 'ts-jest'])('with Jest in CommonJS and %s', async (name) => {
    const application = writeApplication('Jest, CommonJS', { type: 'commonjs' }, `for ${name} in CommonJS`);
    expect(await run(process.execPath, [jest], application)).toMatch(/^Tests: +4 passed, 4 total$/m);
  });

  it.each(['@swc/jest', 'ts-jest'])('with Jest, ES modules and %s', async (name) => {
    const application = writeApplication('Jest, ES modules', { type: 'module' }, `for ${name} with ES modules`);
    const args = ['--experimental-vm-modules', jest];
    expect(await run(process.execPath, args, application)).toMatch(/^Tests: +4 passed, 4 total$/m);
  });
});

it('the tests of a Nest application in docs/testing.md pass, without a token in their requests', async () => {
  const program = await writeProgram(codeBlockWith(page, '@nestjs/testing'));
  onTestFinished(() => program.remove());
  expect(await run(process.execPath, ['--test', program.file], folder)).toMatch(/^. pass 3$/m);
}, 90_000);

describe('the table of HTTP mocks in docs/testing.md', () => {
  const script = join(import.meta.dirname, 'http-mocks.ts');
  const outcomes = async (...args: string[]): Promise<string[]> =>
    JSON.parse((await run(process.execPath, [script, ...args], folder)).split('\n')[0] ?? '');

  it.each([
    ['nock', '`nock` 15'],
    ['msw', '`setupServer` of `msw` 3'],
    ['globalThis.fetch', 'a replaced `globalThis.fetch`'],
    ['MockAgent', '`MockAgent` of undici 8, by `setGlobalDispatcher`'],
  ])('says whether %s reaches the verifier', { timeout: 60_000 }, async (name, row) => {
    const reaches = text.includes(`| ${row} | yes |`);
    expect(text).toContain(`| ${row} | ${reaches ? 'yes' : 'no'} |`);
    expect(await outcomes(name)).toEqual([reaches ? 'accepted' : 'ERR_DISCOVERY_FAILED']);
    if (!reaches) expect(await outcomes(name, 'with')).toEqual(['accepted']);
  });

  it('is right about fake timers', async () => {
    expect(await outcomes('fake timers')).toEqual(['accepted', 'ERR_TOKEN_EXPIRED']);
  });

  it('is right that clear() ends the wait after a failed fetch', async () => {
    expect(await outcomes('clear')).toEqual(['ERR_DISCOVERY_FAILED', 'ERR_DISCOVERY_FAILED', 'accepted']);
  });
});

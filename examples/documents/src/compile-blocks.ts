import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type CodeBlock, folder } from './code-blocks.ts';

const compiler = join(folder, '../../node_modules/typescript/bin/tsc');

// The settings of an application, not those of this repository.
const compilerOptions = {
  strict: true,
  module: 'nodenext',
  moduleDetection: 'force',
  target: 'es2023',
  lib: ['es2023'],
  types: ['node'],
  allowJs: true,
  checkJs: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  rootDir: '.',
};

/** A code block in a file that Node.js can run. */
export interface Program {
  readonly file: string;
  remove(): void;
}

/**
 * Compiles blocks in one program. Returns one line for each error, with its place in the document.
 *
 * @param settings - Compiler options that replace those of an ordinary application.
 */
export async function compileBlocks(blocks: readonly CodeBlock[], settings: object = {}): Promise<string[]> {
  const directory = writeBlocks(blocks);
  try {
    return await compile(directory, blocks, { ...settings, noEmit: true });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Writes a block to a file, from which the packages of the workspace resolve. Node.js does not run decorators as typed in. */
export async function writeProgram(block: CodeBlock): Promise<Program> {
  const directory = writeBlocks([block]);
  const remove = (): void => rmSync(directory, { recursive: true });
  if (!/^ *@\w+\(/m.test(block.code)) return { file: join(directory, fileName(block, 0)), remove };
  const errors = await compile(directory, [block], { outDir: 'out' });
  if (errors.length > 0) throw new Error(errors.join('\n'));
  return { file: join(directory, 'out', 'block-0.js'), remove };
}

/** Writes blocks to a new folder. Git ignores it. */
function writeBlocks(blocks: readonly CodeBlock[]): string {
  const parent = join(folder, '.verifier');
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(join(parent, 'blocks-'));
  for (const [index, block] of blocks.entries()) writeFileSync(join(directory, fileName(block, index)), block.code);
  return directory;
}

function fileName({ language }: CodeBlock, index: number): string {
  return `block-${index}.${language}`;
}

async function compile(directory: string, blocks: readonly CodeBlock[], options: object): Promise<string[]> {
  const settings = { compilerOptions: { ...compilerOptions, ...options }, files: blocks.map(fileName) };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(settings));
  const child = spawn(process.execPath, [compiler, '-p', directory, '--pretty', 'false'], { cwd: directory });
  const lines = (await text(child.stdout)).split('\n');
  return lines.filter((line) => line !== '').map((line) => inDocument(line, blocks));
}

/** Replaces the place of an error in a file by its place in the document. */
function inDocument(error: string, blocks: readonly CodeBlock[]): string {
  return error.replace(/^\S*block-(\d+)\.[tj]s\((\d+),\d+\)/, (place, index, line) => {
    const block = blocks[Number(index)];
    return block === undefined ? place : `${block.document}:${block.line + Number(line)}`;
  });
}

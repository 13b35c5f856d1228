import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this example, from which the packages of the workspace resolve. */
export const folder: string = fileURLToPath(new URL('..', import.meta.url));

const root = join(folder, '../..');

/** A block of TypeScript or JavaScript in a document. */
export interface CodeBlock {
  /** The path of the document from the root of the repository. */
  readonly document: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
  readonly language: 'ts' | 'js';
  /** Whether the opening fence says `fragment`: the block is a part of a program, and is not compiled. */
  readonly isFragment: boolean;
  readonly code: string;
}

// It is compared with programs that are compiled for Bun, Deno and Workers.
const comparedWithExamples = 'docs/fetch-runtimes.md';

/** Returns the documents whose blocks are compiled, as paths from the root of the repository. */
export function documentsWithCode(): string[] {
  const documents = globSync(['README.md', 'docs/*.md', 'packages/*/README.md'], { cwd: root });
  return documents.filter((document) => document !== comparedWithExamples).sort();
}

/** Reads the TypeScript and JavaScript blocks of a document of this repository. */
function readCodeBlocks(document: string): CodeBlock[] {
  return codeBlocksIn(document, readFileSync(join(root, document), 'utf8'));
}

/** Returns the TypeScript and JavaScript blocks of a text. */
export function codeBlocksIn(document: string, text: string): CodeBlock[] {
  const blocks = text.matchAll(/^```(ts|js)( fragment)?\n(.*?)^```$/gms);
  return [...blocks].map(({ 1: language, 2: mark, 3: code = '', index }) => ({
    document,
    line: text.slice(0, index).split('\n').length,
    language: language === 'js' ? 'js' : 'ts',
    isFragment: mark !== undefined,
    code,
  }));
}

/** Returns the blocks of all documents, except fragments. */
export function completeBlocks(): CodeBlock[] {
  return documentsWithCode()
    .flatMap((document) => readCodeBlocks(document))
    .filter((block) => !block.isFragment);
}

/** Returns the only block of a document that contains `text`. */
export function codeBlockWith(document: string, text: string): CodeBlock {
  const [block, ...others] = readCodeBlocks(document).filter(({ code }) => code.includes(text));
  if (block === undefined || others.length > 0) throw new Error(`${document}: not one block contains ${text}`);
  return block;
}

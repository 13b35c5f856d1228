import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folder } from './run-node.ts';

/** Reads the code blocks of one language from a document of this repository. */
export async function readCodeBlocks(document: string, language: string): Promise<string[]> {
  const text = await readFile(join(folder, '../..', document), 'utf8');
  const blocks = text.matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return [...blocks].filter(([, marked]) => marked === language).map(([, , code = '']) => code);
}

/** A file with a code block, in a folder from which the packages of the workspace resolve. */
export interface CodeFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** Writes a code block, unchanged, to a file. */
export async function writeCodeFile(code: string, name: string): Promise<CodeFile> {
  // Git ignores folders of this name.
  const parent = join(folder, '.verifier');
  await mkdir(parent, { recursive: true });
  const own = await mkdtemp(join(parent, 'code-'));
  await writeFile(join(own, name), code);
  return { path: join(own, name), remove: () => rm(own, { recursive: true }) };
}

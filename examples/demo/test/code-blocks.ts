import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folder } from './run-node.ts';

/** The code blocks of a document of this repository that are marked with a language. */
export async function readCodeBlocks(document: string, language: string): Promise<string[]> {
  const text = await readFile(join(folder, '../..', document), 'utf8');
  const blocks = text.matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return [...blocks].filter(([, marked]) => marked === language).map(([, , code = '']) => code);
}

/** A code block as a file, in a folder where it finds the packages of the workspace. */
export interface CodeFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** Writes a code block as it stands. */
export async function writeCodeFile(code: string, name: string): Promise<CodeFile> {
  // Folders of this name are kept out of the repository.
  const parent = join(folder, '.verifier');
  await mkdir(parent, { recursive: true });
  const own = await mkdtemp(join(parent, 'code-'));
  await writeFile(join(own, name), code);
  return { path: join(own, name), remove: () => rm(own, { recursive: true }) };
}

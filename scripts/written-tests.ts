import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.ts';

const sources = '{packages,examples}/*/{src,test}/**/*.ts';

const comments = /\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g;

/** `it(…)` and `test(…)`, also with modifiers such as `it.each(rows)(…)`; not the method `test` of an expression. */
const definitions =
  /(?<![\w.$'"`/])(?:it|test)(?:\.(?:concurrent|each|fails|for|only|runIf|sequential|skip|skipIf|todo))*\s*[(<`]/g;

function countDefinitions(source: string): number {
  if (!source.includes("from 'vitest'")) return 0;
  return source.replace(comments, '').match(definitions)?.length ?? 0;
}

/** Counts the tests in the sources of the workspace. A parameterized test counts once, however many cases it has. */
export function countWrittenTests(): number {
  const files = globSync(sources, { cwd: root, exclude: ['**/node_modules/**'] });
  return files.reduce((sum, file) => sum + countDefinitions(readFileSync(join(root, file), 'utf8')), 0);
}

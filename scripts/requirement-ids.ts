import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failed, type Outcome, passed } from './step.ts';
import { root } from './workspace.ts';

const manifest = 'docs/requirements.md';
// The conformance package defines its tests in its sources, for every adapter.
const testFiles = [
  '{packages,examples}/*/test/**/*.test.ts',
  'scripts/test/*.test.ts',
  'packages/conformance/src/describe-*.ts',
];
const idPattern = '[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+';
// One id or several at the start of a string literal; a skipped test does not count.
const titlePattern = new RegExp(`^(?!.*\\.(?:skip|todo)\\b).*?['"\`]((?:\\[${idPattern}\\] )+)`, 'gm');

/** Returns the ids of a requirements page, in the order of its tables; an id that is listed twice occurs twice. */
function listedIds(page: string): string[] {
  return [...page.matchAll(new RegExp(`^\\| (${idPattern}) \\| \\S`, 'gm'))].map(([, id = '']) => id);
}

/** Returns the ids that the titles of a test file name. */
function namedIds(source: string): string[] {
  const titles = [...source.matchAll(titlePattern)].map(([, ids = '']) => ids);
  return titles.flatMap((ids) => ids.match(new RegExp(idPattern, 'g')) ?? []);
}

/** Returns one line for each id that is listed twice, listed without a test, or named by a test and not listed. */
function idFaults(listed: readonly string[], named: ReadonlyMap<string, readonly string[]>): string[] {
  const known = new Set(listed);
  const used = new Set([...named.values()].flat());
  const repeated = listed.filter((id, index) => listed.indexOf(id) < index);
  const unknown = [...named].flatMap(([file, ids]) =>
    ids.filter((id) => !known.has(id)).map((id) => `${file}: ${id} is not in ${manifest}`),
  );
  return [
    ...repeated.map((id) => `${manifest}: ${id} is listed twice`),
    ...[...known].filter((id) => !used.has(id)).map((id) => `${manifest}: no test names ${id}`),
    ...unknown,
  ];
}

/** Compares the ids in docs/requirements.md with the ids in the titles of the tests. */
export async function requirementIds(): Promise<Outcome> {
  const listed = listedIds(readFileSync(join(root, manifest), 'utf8'));
  if (listed.length === 0) return failed(`${manifest} lists no requirement`);
  const files = testFiles.flatMap((pattern) => globSync(pattern, { cwd: root })).filter(isSource);
  const named = new Map(files.map((file) => [file, namedIds(readFileSync(join(root, file), 'utf8'))]));
  const faults = idFaults(listed, named);
  return faults.length === 0 ? passed() : failed(faults.join('\n'));
}

function isSource(file: string): boolean {
  return !file.includes('node_modules');
}

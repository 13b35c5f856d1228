// Compiles the examples in the docstrings of the published packages.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from './command.ts';
import { publicExports } from './public-exports.ts';
import { failed, type Outcome, passed } from './step.ts';
import { publishedPackages, root, type WorkspacePackage } from './workspace.ts';

interface Example {
  /** For example `packages/core/src/guard/guard.ts:40`. */
  place: string;
  code: string;
}

/** Returns the code blocks below each `@example` of a file. */
function examplesIn(file: string): Example[] {
  const text = readFileSync(file, 'utf8');
  const blocks = text.matchAll(/^ *\* @example\n *\* ```ts\n(.*?)^ *\* ```$/gms);
  return [...blocks].map(({ 1: block = '', index }) => ({
    place: `${relative(root, file)}:${text.slice(0, index).split('\n').length}`,
    code: block.replace(/^ *\* ?/gm, ''),
  }));
}

function examplesOf({ folder }: WorkspacePackage): Example[] {
  return globSync('src/**/*.ts', { cwd: folder })
    .sort()
    .flatMap((file) => examplesIn(join(folder, file)));
}

/** Compiles the examples in a folder of the package, from which the package and its dependencies resolve. */
async function compile(source: WorkspacePackage, examples: Example[]): Promise<string> {
  const folder = join(source.folder, '.verifier', 'examples');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [index, { code }] of examples.entries()) writeFileSync(join(folder, `example-${index}.ts`), code);
  const compilerOptions = {
    noEmit: true,
    declaration: false,
    declarationMap: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
  };
  const settings = { extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'], exclude: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  const { ok, output } = await run('tsc', ['-p', folder, '--pretty', 'false']);
  if (!ok) return output.replace(/\S*example-(\d+)\.ts/g, (_, index) => `${examples[Number(index)]?.place} (example)`);
  rmSync(folder, { recursive: true });
  return '';
}

/** Editors end an example at a line that begins with `@`, because they parse it as the next tag. */
function truncatedExamples(examples: Example[]): string[] {
  const truncated = examples.filter(({ code }) => /^ *@/m.test(code));
  return truncated.map(
    ({ place }) => `${place}: a line of the example begins with @, and editors end the example there`,
  );
}

/** Returns one line for each public function or class without an example. */
function withoutExample(source: WorkspacePackage): string[] {
  const missing = publicExports(source).filter(({ text }) => !text.includes('* @example'));
  return missing.map(({ name, file }) => `${relative(root, file)}: ${name} has no @example`);
}

/** Fails unless every public function and class has an example, and every example compiles against the last build. */
export async function docstringExamples(): Promise<Outcome> {
  const faults: string[] = [];
  let count = 0;
  for (const source of publishedPackages()) {
    const examples = examplesOf(source);
    count += examples.length;
    faults.push(...withoutExample(source), ...truncatedExamples(examples));
    if (examples.length > 0) faults.push(await compile(source, examples));
  }
  const found = faults.filter(Boolean);
  return found.length === 0 ? { ...passed(), passed: count } : failed(found.join('\n'));
}

if (import.meta.main) {
  const { failed, passed, output } = await docstringExamples();
  console.log(failed > 0 ? output : `${passed} examples compile.`);
  process.exitCode = failed > 0 ? 1 : 0;
}

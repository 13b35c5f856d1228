// Reports the public surface of each published package in docs/api. `node scripts/api-report.ts --write` updates the
// reports from the last build. Without `--write` a difference is an error, so that a review shows each change.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.ts';
import { declarationsOf } from './declarations.ts';
import { failed, type Outcome, passed } from './step.ts';
import { publishedPackages, resultsFolder, root, type WorkspacePackage } from './workspace.ts';

const folder = join(root, 'docs', 'api');
const newFolder = join(resultsFolder, 'api');

/** The declaration file of each entry point, by the name that applications import. */
function entryPoints({ manifest: { name, exports = {} } }: WorkspacePackage): [name: string, file: string][] {
  return Object.entries(exports).flatMap(([key, target]) => {
    const { types } = Object(target) as { types?: string };
    return types === undefined ? [] : [[name + key.slice(1), types] as [string, string]];
  });
}

async function reportOf(source: WorkspacePackage): Promise<string> {
  const parts = [`<!-- Written by \`node scripts/api-report.ts --write\`. -->\n\n# ${source.manifest.name}`];
  for (const [name, file] of entryPoints(source)) {
    parts.push(`## ${name}`, `\`\`\`ts\n${(await declarationsOf(source, file)).trim()}\n\`\`\``);
  }
  return `${parts.join('\n\n')}\n`;
}

function fileName({ manifest }: WorkspacePackage): string {
  return `${manifest.name.replace(/^@.*\//, '')}.md`;
}

async function differenceOf(source: WorkspacePackage): Promise<string> {
  const committed = join(folder, fileName(source));
  const text = await reportOf(source);
  if (existsSync(committed) && readFileSync(committed, 'utf8') === text) return '';
  mkdirSync(newFolder, { recursive: true });
  const current = join(newFolder, fileName(source));
  writeFileSync(current, text);
  const { output } = await run('git', [
    'diff',
    '--no-index',
    '--no-color',
    existsSync(committed) ? committed : '/dev/null',
    current,
  ]);
  return output.split('\n').slice(4).join('\n');
}

/** Compares the public surface of the last build with the committed reports. */
export async function apiReport(): Promise<Outcome> {
  const sources = publishedPackages();
  const differences: string[] = [];
  for (const source of sources) {
    const difference = await differenceOf(source);
    if (difference !== '') differences.push(`docs/api/${fileName(source)}\n${difference}`);
  }
  if (differences.length === 0) return { ...passed(), passed: sources.length };
  const hint = 'Intended? Run `npx node scripts/api-report.ts --write` and add a changeset.';
  return { ...failed([...differences, hint].join('\n')), failed: differences.length };
}

async function write(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const source of publishedPackages()) writeFileSync(join(folder, fileName(source)), await reportOf(source));
}

async function main(): Promise<void> {
  if (process.argv.includes('--write')) return write();
  const { failed, output } = await apiReport();
  if (failed > 0) console.error(output);
  process.exitCode = failed > 0 ? 1 : 0;
}

if (import.meta.main) await main();

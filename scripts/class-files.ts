import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { failed, type Outcome, passed } from './step.ts';
import { root } from './workspace.ts';

const classPattern = /^(?:export )?(?:abstract )?class (?<name>\w+)/gm;
const factoryPattern = /^export (?:async )?function (?<name>create[A-Z]\w*)/gm;
// All errors that applications see are in one file, in the order of their hierarchy.
const sharedFiles = new Set(['errors.ts']);

/** Returns `key-set` for `KeySet`. */
function kebabCase(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();
}

/** Returns one line for each class that is not in the file of its name. */
export function classFaults(file: string, source: string): string[] {
  if (sharedFiles.has(basename(file))) return [];
  return [...source.matchAll(classPattern)]
    .map(({ groups: { name = '' } = {} }) => ({ name, expected: `${kebabCase(name)}.ts` }))
    .filter(({ expected }) => basename(file) !== expected)
    .map(({ name, expected }) => `${file}: move the class ${name} to a file ${expected}`);
}

/**
 * Returns one line for each exported function `create…` that an application cannot call: elsewhere the class itself is
 * the way to create an object.
 *
 * @param surface - The public surface of the package: its declarations, or its index file.
 */
export function factoryFaults(file: string, source: string, surface: string): string[] {
  return [...source.matchAll(factoryPattern)]
    .map(({ groups: { name = '' } = {} }) => name)
    .filter((name) => !new RegExp(`\\b${name}\\b`).test(surface))
    .map((name) => `${file}: ${name} is not public; export a class instead, or rename the function`);
}

function surfaceOf(name: string): string {
  const [report = `packages/${name}/src/index.ts`] = globSync(`docs/api/${name}.md`, { cwd: root });
  return readFileSync(join(root, report), 'utf8');
}

/** Fails if a class is not in the file of its name, or if a factory is not public. */
export async function classFiles(): Promise<Outcome> {
  const files = globSync('packages/*/src/**/*.ts', { cwd: root }).filter((file) => !file.includes('node_modules'));
  const faults = files.flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    const [, name = ''] = file.split('/');
    return [...classFaults(file, source), ...factoryFaults(file, source, surfaceOf(name))];
  });
  return faults.length === 0 ? passed() : failed(faults.join('\n'));
}

// Import directions of packages/core/src. `node scripts/rooms.ts` prints the faults; `--write` updates the picture in
// docs/architecture.md.
import { existsSync, globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cruise, type IForbiddenRuleType, type IViolation } from 'dependency-cruiser';
import { architectureDocument, withPicture } from './architecture.ts';
import { type Room, roomLevels } from './room-table.ts';
import { failed, type Outcome, passed } from './step.ts';
import { root } from './workspace.ts';

const coreFolder = join(root, 'packages', 'core');

/** A regular expression for the files of a room. */
function patternOf({ name }: Room): string {
  return `^src/${name.replaceAll('.', '\\.')}${name.endsWith('/') ? '' : '$'}`;
}

/** Returns one rule for each room: it imports only itself and lower levels, type-only imports included. */
function directionRules(): IForbiddenRuleType[] {
  return roomLevels.flatMap((level, depth) =>
    level.map((room) => {
      const allowed = [room, ...roomLevels.slice(depth + 1).flat()];
      return {
        name: `${room.name} imports lower rooms only`,
        severity: 'error',
        from: { path: patternOf(room) },
        to: { path: '^src/', pathNot: allowed.map(patternOf) },
      };
    }),
  );
}

const generalRules: IForbiddenRuleType[] = [
  { name: 'no cycle of files', severity: 'error', from: {}, to: { circular: true } },
  { name: 'no cycle of folders', severity: 'error', scope: 'folder', from: {}, to: { circular: true } },
  {
    name: 'only runtime/node.ts and runtime/node/ import Node.js modules',
    severity: 'error',
    from: { pathNot: '^src/runtime/node(\\.ts$|/)' },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'only runtime/node.ts and runtime/node/ import undici',
    severity: 'error',
    from: { pathNot: '^src/runtime/node(\\.ts$|/)' },
    to: { path: '(^|/)node_modules/undici/' },
  },
  { name: 'every import can be resolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  {
    name: 'no file outside src',
    severity: 'error',
    from: {},
    to: { pathNot: ['^src/', '(^|/)node_modules/'], dependencyTypesNot: ['core'] },
  },
];

function describe({ rule, from, to, cycle = [] }: IViolation): string {
  const path = cycle.length > 0 ? cycle.map(({ name }) => name) : [to];
  return `${rule.name}: ${[from, ...path].join(' -> ')}`;
}

/** Every file below a folder, whatever its name: a source that is not TypeScript would escape the rules. */
function filesBelow(folder: string): string[] {
  const entries = readdirSync(join(folder, 'src'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
}

function foreignFiles(folder: string): string[] {
  return filesBelow(folder)
    .filter((file) => !/\.ts$/.test(file))
    .sort()
    .map((file) => `only .ts files in src: ${file}`);
}

function filesOutsideRooms(files: readonly string[]): string[] {
  const known = roomLevels.flat().map((room) => new RegExp(patternOf(room)));
  const loose = files.filter((file) => !known.some((pattern) => pattern.test(file)));
  return loose.map((file) => `no file outside a room: ${file} (the rooms are named in scripts/room-table.ts)`);
}

/** Returns one line for each fault of the package in `folder`. */
export async function roomFaults(folder: string): Promise<string[]> {
  const files = globSync('src/**/*.ts', { cwd: folder }).sort();
  const { output } = await cruise(['src'], {
    baseDir: folder,
    validate: true,
    ruleSet: { forbidden: [...directionRules(), ...generalRules] },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    ...(existsSync(join(folder, 'tsconfig.json')) ? { tsConfig: { fileName: join(folder, 'tsconfig.json') } } : {}),
  });
  if (typeof output === 'string') throw new Error(output);
  const read = new Set(output.modules.map(({ source }) => source));
  // Without a TypeScript compiler, dependency-cruiser skips the files silently.
  const unread = files.filter((file) => !read.has(file)).map((file) => `not parsed: ${file}`);
  return [...foreignFiles(folder), ...filesOutsideRooms(files), ...unread, ...output.summary.violations.map(describe)];
}

/** Fails unless the imports of core follow the directions between its rooms. */
export async function rooms(): Promise<Outcome> {
  const faults = await roomFaults(coreFolder);
  return faults.length === 0 ? passed() : failed(faults.join('\n'));
}

if (import.meta.main) {
  if (process.argv.includes('--write')) {
    writeFileSync(architectureDocument, withPicture(readFileSync(architectureDocument, 'utf8')));
  }
  const { failed: count, output } = await rooms();
  console.log(count === 0 ? 'Every file of core is in its room.' : output);
  process.exitCode = count;
}

// The commands of the root package.json. Started by bootstrap.mjs, with Node.js 24 and everything installed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiReport } from './api-report.ts';
import { architecture } from './architecture.ts';
import { run } from './command.ts';
import { consumerTypes } from './consumer-types.ts';
import { docstringExamples } from './docstring-examples.ts';
import { contents, pack, publint, smoke, typesResolve } from './packaging.ts';
import { requirementIds } from './requirement-ids.ts';
import { rooms } from './rooms.ts';
import { sizeBudget } from './size-budget.ts';
import { failed, type Outcome, passed, runSteps, type Step } from './step.ts';
import { runTests } from './test-run.ts';
import { packagesIn, resultsFolder, root } from './workspace.ts';

/** A step that is one program: it passes when the program does. */
function check(name: string, file: string, args: string[], more: { essential?: boolean; timeout?: number } = {}): Step {
  const { essential = false, timeout = 300 } = more;
  return {
    name,
    essential,
    run: async () => {
      const { ok, output } = await run(file, args, { timeout });
      return ok ? passed(output) : failed(output);
    },
  };
}

function turbo(task: string): string[] {
  return ['run', task, '--output-logs=errors-only', '--no-color'];
}

const lintSteps: Step[] = [
  check('format and lint', 'biome', ['ci', '--colors=off']),
  // nest-11 is there to have another version of them.
  check('one version of each dependency', 'sherif', [
    ...['--no-install', '--ignore-rule', 'non-existant-packages'],
    ...['--ignore-package', '@verifier/nest-11'],
  ]),
  { name: 'rooms of core', run: rooms },
  { name: 'architecture document', run: architecture },
  check('version in step', process.execPath, ['scripts/sync-version.mjs']),
  { name: 'requirements have tests', run: requirementIds },
];

// What is tested is what these sources give, not what a cache remembers.
const buildSteps: Step[] = [check('build', 'turbo', [...turbo('build'), '--force'], { essential: true })];

const typeSteps: Step[] = [
  check('types', 'turbo', [...turbo('types'), '--force', '--only']),
  check('types of the scripts', 'tsc', ['-p', 'scripts']),
  { name: 'types of applications, TypeScript 6', run: consumerTypes },
  { name: 'examples in docstrings', run: docstringExamples },
  { name: 'public surface', run: apiReport },
];

const packagingSteps: Step[] = [
  { name: 'pack', essential: true, run: pack },
  { name: 'publint', run: publint },
  { name: 'are the types wrong', run: typesResolve },
  { name: 'contents of the tarballs', run: contents },
  { name: 'size budget', run: sizeBudget },
  ...[24, 22, 26].map((major) => ({ name: `require() and import on Node.js ${major}`, run: () => smoke(major) })),
];

/** Every example has to run to its end by itself. */
function exampleSteps(): Step[] {
  return packagesIn('examples/*').map(({ folder, manifest }) =>
    check(`example ${manifest.name}`, 'pnpm', ['--silent', '--dir', folder, 'start'], { timeout: 60 }),
  );
}

function testSteps(): Step[] {
  const names = packagesIn('packages/*').map(({ folder }) => folder.slice(folder.lastIndexOf('/') + 1));
  return [
    ...lintSteps,
    ...buildSteps,
    ...typeSteps,
    check('nothing unused', 'knip', ['--no-progress']),
    { name: 'tests on Node.js 24', run: () => runTests(24) },
    ...exampleSteps(),
    ...packagingSteps,
    ...[22, 26].map((major) => ({ name: `tests on Node.js ${major}`, run: () => runTests(major, names) })),
  ];
}

async function report(title: string, steps: Step[]): Promise<boolean> {
  const start = performance.now();
  console.log(title);
  const { passed, failed, skipped }: Outcome = await runSteps(steps);
  const summary = `${passed} passed, ${failed} failed, ${skipped} skipped`;
  mkdirSync(resultsFolder, { recursive: true });
  writeFileSync(join(resultsFolder, 'summary.txt'), `${summary}\n`);
  console.log(`\nTook ${Math.round((performance.now() - start) / 1000)} s.\n${summary}`);
  return failed === 0;
}

async function start(args: string[]): Promise<boolean> {
  const built = await run('turbo', [...turbo('build'), '--filter=@verifier/demo...']);
  if (!built.ok) console.error(built.output);
  if (!built.ok) return false;
  const example = join(root, 'examples', 'demo');
  const { ok } = await run(process.execPath, ['src/index.ts', ...args], { cwd: example, live: true, timeout: 2 ** 20 });
  return ok;
}

async function live(file: string, args: string[]): Promise<boolean> {
  const { ok } = await run(file, args, { live: true, timeout: 3600 });
  return ok;
}

/** A script that measures or searches for longer than a test may. */
function script(name: string): (args: string[]) => Promise<boolean> {
  const build = [...turbo('build'), '--filter=@verifier/core', '--filter=@verifier/test-issuer'];
  return async (args) => (await live('turbo', build)) && live(process.execPath, [`scripts/${name}.ts`, ...args]);
}

const commands: Record<string, (args: string[]) => Promise<boolean>> = {
  start,
  test: () => report('Verifier: everything, on Node.js 24, 22 and 26', testSteps()),
  lint: () => report('Verifier: lint', lintSteps),
  types: () => report('Verifier: types', [...buildSteps, ...typeSteps]),
  packaging: () => report('Verifier: packages', [...buildSteps, ...packagingSteps]),
  build: (args) => live('turbo', ['run', 'build', ...args]),
  bench: (args) => live('turbo', ['run', 'bench', '--', ...args]),
  fuzz: script('fuzz'),
  'refusal-cost': script('refusal-cost'),
  soak: script('soak'),
  mutation: (args) => live('pnpm', ['--silent', '--dir', 'packages/core', 'exec', 'stryker', 'run', ...args]),
  coverage: (args) =>
    live('vitest', ['run', '--project=core', '--coverage', '--coverage.include=packages/core/src/**', ...args]),
};

const [name = '', ...args] = process.argv.slice(2);
const command = commands[name];
if (command === undefined)
  throw new Error(`There is no command ${name}; there are ${Object.keys(commands).join(', ')}.`);
process.exitCode = (await command(args)) ? 0 : 1;

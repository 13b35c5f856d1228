// The commands of the root package.json. bootstrap.mjs starts this file on Node.js 24 after the installation.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { apiReport } from './api-report.ts';
import { applicationSteps } from './application-steps.ts';
import { architecture } from './architecture.ts';
import { classFiles } from './class-files.ts';
import { run } from './command.ts';
import { consumerTypes } from './consumer-types.ts';
import { docstringExamples } from './docstring-examples.ts';
import { contents, pack, publint, smoke, typesResolve } from './packaging.ts';
import { prose } from './prose.ts';
import { requirementIds } from './requirement-ids.ts';
import { rooms } from './rooms.ts';
import { sizeBudget } from './size-budget.ts';
import { failed, passed, runSteps, type Step, type Total } from './step.ts';
import { tarballTypes } from './tarball-types.ts';
import { runTests } from './test-run.ts';
import { words } from './words.ts';
import { mainVersion, packagesIn, resultsFolder, root, supportedVersions } from './workspace.ts';
import { countWrittenTests } from './written-tests.ts';

/** A step that passes if one program succeeds; `timeout` in seconds. */
function program(
  name: string,
  file: string,
  args: string[],
  more: { essential?: boolean; timeout?: number } = {},
): Step {
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
  program('format and lint', 'biome', ['ci', '--colors=off']),
  // nest-11 tests other versions on purpose.
  program('one version of each dependency', 'sherif', [
    ...['--no-install', '--ignore-rule', 'non-existant-packages'],
    ...['--ignore-package', '@verifier/nest-11'],
  ]),
  { name: 'rooms of core', run: rooms },
  { name: 'architecture document', run: architecture },
  { name: 'requirements have tests', run: requirementIds },
  { name: 'files of classes', run: classFiles },
  { name: 'words', run: words },
  { name: 'prose', run: prose },
  program('version numbers agree', process.execPath, ['scripts/sync-version.mjs']),
];

// `--force`: the tests must not run against a cached build.
const buildSteps: Step[] = [program('build', 'turbo', [...turbo('build'), '--force'], { essential: true })];

const typeSteps: Step[] = [
  program('types', 'turbo', [...turbo('types'), '--force', '--only']),
  program('types of the scripts', 'tsc', ['-p', 'scripts']),
  { name: 'types of applications, TypeScript 6', run: consumerTypes },
  { name: 'examples in docstrings', run: docstringExamples },
  { name: 'public surface', run: apiReport },
  program('path of one request', process.execPath, ['scripts/trace-request.ts', '--check']),
];

/** Steps whose result does not depend on the version of Node.js. */
const sourceSteps: Step[] = [...typeSteps, program('no unused code', 'knip', ['--no-progress'])];

const packStep: Step = { name: 'pack', essential: true, run: pack };

const tarballSteps: Step[] = [
  { name: 'publint', run: publint },
  { name: 'types of the tarballs resolve', run: typesResolve },
  { name: 'types of the tarballs compile', run: tarballTypes },
  { name: 'contents of the tarballs', run: contents },
  { name: 'size budget', run: sizeBudget },
  ...applicationSteps,
];

function smokeSteps(versions: readonly number[]): Step[] {
  return versions.map((node) => ({ name: `require() and import on Node.js ${node}`, run: () => smoke(node) }));
}

/** Each example must run and exit by itself. */
function exampleSteps(): Step[] {
  return packagesIn('examples/*').map(({ folder, manifest }) =>
    program(`example ${manifest.name}`, 'pnpm', ['--silent', '--dir', folder, 'start'], { timeout: 60 }),
  );
}

interface TestPlan {
  /** Major versions of Node.js. */
  versions: readonly number[];
  long: boolean;
}

const testUsage = `Usage: npm test -- [--all] [--node ${supportedVersions.join('|')}]`;

/** Parses the arguments of `npm test`; `--node` may be repeated. Returns undefined if they are wrong. */
function parseTestPlan(args: string[]): TestPlan | undefined {
  const options = { all: { type: 'boolean', default: false }, node: { type: 'string', multiple: true } } as const;
  try {
    const { all: long, node } = parseArgs({ args, options }).values;
    const versions = node?.map(Number) ?? (long ? supportedVersions : [mainVersion]);
    return versions.every((version) => supportedVersions.includes(version)) ? { versions, long } : undefined;
  } catch {
    return undefined;
  }
}

function testSteps({ versions, long }: TestPlan): Step[] {
  const isMain = versions.includes(mainVersion);
  const onMain = (steps: Step[]): Step[] => (isMain ? steps : []);
  return [
    ...onMain(lintSteps),
    ...buildSteps,
    ...onMain(sourceSteps),
    ...versions.map((node) => ({ name: `tests on Node.js ${node}`, run: () => runTests({ node, long }) })),
    ...onMain(exampleSteps()),
    packStep,
    ...onMain(tarballSteps),
    ...smokeSteps(versions),
  ];
}

/** Describes the versions and lanes that a run skipped, and the command that includes them. */
function describeRest({ versions, long }: TestPlan): string[] {
  const rest = supportedVersions
    .filter((version) => !versions.includes(version))
    .map((version) => `Node.js ${version}`);
  if (!long) rest.push('longer random runs');
  return rest.length === 0 ? [] : [`Skipped: ${rest.join(', ')}. \`npm test -- --all\` runs everything.`];
}

function describeTests({ testRuns }: Total): string[] {
  if (testRuns.length === 0) return [];
  const format = (count: number): string => count.toLocaleString('en-US');
  const cases = testRuns.reduce((sum, { cases }) => sum + cases, 0);
  const versions = `${testRuns.length} Node.js version${testRuns.length === 1 ? '' : 's'}`;
  return [`${format(countWrittenTests())} tests written, ${format(cases)} cases run on ${versions}`];
}

/** Names the programs that are not installed, and the tests that were skipped for each. */
function describeMissing({ testRuns }: Total): string[] {
  const missing: Record<string, number> = {};
  for (const [program, count] of testRuns.flatMap((testRun) => Object.entries(testRun.missing))) {
    missing[program] = (missing[program] ?? 0) + count;
  }
  return Object.entries(missing).map(([program, count]) => `Not installed: ${program}. ${count} tests were skipped.`);
}

async function report(title: string, steps: Step[], notes: string[] = []): Promise<boolean> {
  const start = performance.now();
  console.log(title);
  const total = await runSteps(steps);
  const summary = `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`;
  mkdirSync(resultsFolder, { recursive: true });
  writeFileSync(join(resultsFolder, 'summary.txt'), `${summary}\n`);
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(
    ['', `Took ${seconds} s.`, ...notes, ...describeMissing(total), ...describeTests(total), summary].join('\n'),
  );
  return total.failed === 0;
}

async function test(args: string[]): Promise<boolean> {
  const plan = parseTestPlan(args);
  if (plan === undefined) console.error(testUsage);
  if (plan === undefined) return false;
  return report(`Verifier: tests on Node.js ${plan.versions.join(', ')}`, testSteps(plan), describeRest(plan));
}

/** Runs the demo, or the example that the first argument names: `npm start -- observability`. */
async function start(args: string[]): Promise<boolean> {
  const [first = ''] = args;
  const isNamed = first !== '' && existsSync(join(root, 'examples', first, 'src', 'index.ts'));
  const [folder, more] = isNamed ? [first, args.slice(1)] : ['demo', args];
  const example = join(root, 'examples', folder);
  const { name } = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8')) as { name: string };
  const built = await run('turbo', [...turbo('build'), `--filter=${name}...`]);
  if (!built.ok) console.error(built.output);
  if (!built.ok) return false;
  const { ok } = await run(process.execPath, ['src/index.ts', ...more], { cwd: example, live: true, timeout: 2 ** 20 });
  return ok;
}

async function live(file: string, args: string[]): Promise<boolean> {
  const { ok } = await run(file, args, { live: true, timeout: 3600 });
  return ok;
}

const builtForScripts = ['core', 'opentelemetry', 'prometheus', 'test-issuer'];

/** Builds what the scripts import, then runs one that takes longer than a test may. */
function script(name: string): (args: string[]) => Promise<boolean> {
  const build = [...turbo('build'), ...builtForScripts.map((name) => `--filter=@verifier/${name}`)];
  return async (args) => (await live('turbo', build)) && live(process.execPath, [`scripts/${name}.ts`, ...args]);
}

const commands: Record<string, (args: string[]) => Promise<boolean>> = {
  start,
  test,
  lint: () => report('Verifier: lint', lintSteps),
  types: () => report('Verifier: types', [...buildSteps, ...typeSteps]),
  packaging: () =>
    report('Verifier: packages', [...buildSteps, packStep, ...tarballSteps, ...smokeSteps(supportedVersions)]),
  build: (args) => live('turbo', ['run', 'build', ...args]),
  bench: (args) => live('turbo', ['run', 'bench', '--', ...args]),
  fuzz: script('fuzz'),
  'flood-cost': script('flood-cost'),
  'refusal-cost': script('refusal-cost'),
  'metrics-cost': script('metrics-cost'),
  'proof-cost': script('proof-cost'),
  soak: script('soak'),
  trace: (args) => live(process.execPath, ['scripts/trace-request.ts', ...args]),
  mutation: (args) => live('pnpm', ['--silent', '--dir', 'packages/core', 'exec', 'stryker', 'run', ...args]),
  coverage: (args) =>
    live('vitest', [
      ...['run', '--pool=forks', '--project=core', '--project=core-*'],
      ...['--coverage', '--coverage.include=packages/core/src/**', ...args],
    ]),
};

const [name = '', ...args] = process.argv.slice(2);
const command = commands[name];
if (command === undefined)
  throw new Error(`Unknown command ${name}; the commands are ${Object.keys(commands).join(', ')}`);
process.exitCode = (await command(args)) ? 0 : 1;

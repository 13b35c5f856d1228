// Follows the page of an adapter in an empty folder, with the packed tarballs.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AuthorizationServer } from '@verifier/test-issuer';
import { runOrThrow } from './command.ts';
import { installAsPrinted, pathOf } from './install-as-printed.ts';
import { PageSection } from './page-section.ts';
import { ShellServer } from './shell-server.ts';
import { failed, type Outcome, passed } from './step.ts';
import { root } from './workspace.ts';

/** The instructions of a page, and the folder in which they are followed. */
interface Journey {
  readonly folder: string;
  readonly route: PageSection;
  readonly test: PageSection;
  readonly refusal: PageSection;
  readonly issuer: AuthorizationServer;
  /** The environment that the page exports, with the address of {@link issuer}. */
  readonly env: NodeJS.ProcessEnv;
}

/** The programs in docs/testing.md: a text that each contains, its file, and its command. */
const testingPrograms: Record<string, { text: string; file: string; packages: string[]; command: string }> = {
  express: {
    text: '@verifier/express',
    file: 'testing/app.test.ts',
    packages: [],
    command: 'cd testing && node --test app.test.ts',
  },
  nest: {
    text: '@nestjs/testing',
    file: 'src/testing/app.test.ts',
    packages: ['@nestjs/testing'],
    command: 'npx tsc && node --test dist/testing/app.test.js',
  },
};

/** `npx` starts the programs of `node_modules/.bin`, which are on the path here. */
function withoutNpx(command: string): string {
  return command.replaceAll(/\bnpx /g, '');
}

/** Returns the variables of the `export` lines of a block. */
function exportsIn(block: string): Record<string, string> {
  const assignments = [...block.matchAll(/^export (.+)$/gm)].flatMap(([, list = '']) => list.split(' '));
  return Object.fromEntries(assignments.map((text) => text.split('=') as [string, string]));
}

function startBlock({ route }: Pick<Journey, 'route'>): string {
  return route.block('sh', 'export OKTA_OAUTH2_ISSUER=');
}

/** The command that starts the application: the last line of its block. */
function startCommand(journey: Journey): string {
  return withoutNpx(startBlock(journey).trimEnd().split('\n').at(-1) ?? '');
}

/** Sends what the `curl` lines of the page send, and compares the answers with their comments. */
async function guardedRoute(journey: Journey): Promise<void> {
  const server = await ShellServer.start(startCommand(journey), journey.folder, journey.env);
  try {
    const lines = [...journey.route.block('sh', 'curl').matchAll(/^curl (.*)http:\/\/localhost:3000(\S+) +# (.+)$/gm)];
    assert.equal(lines.length, 2, 'the page requests the route without a token, and with one');
    for (const [line, options = '', path = '', expected = ''] of lines) {
      const token = options.includes('Bearer $TOKEN') ? await journey.issuer.token() : undefined;
      const answer = await server.ask(path, token);
      const body = await answer.text();
      const [start = '', end = ''] = expected.split('…');
      const isExpected = /^\d+$/.test(expected)
        ? answer.status === Number(expected)
        : answer.status === 200 && body.startsWith(start) && body.endsWith(end) && body.length > expected.length;
      assert.ok(isExpected, `${line}\nanswered ${answer.status} ${body}\n${server.output}`);
    }
  } finally {
    server.stop();
  }
}

async function runTests(command: string, { folder, env }: Journey): Promise<void> {
  const output = await runOrThrow('sh', ['-c', withoutNpx(command)], { cwd: folder, env, timeout: 60 });
  assert.match(output, /^\S+ pass [1-9]/m, `${command} ran no test\n${output}`);
}

/** Sends a token for another API; the log says why it is refused, and the change that it names ends the refusal. */
async function explainedRefusal(journey: Journey): Promise<void> {
  const { refusal, folder, issuer, env } = journey;
  const command = refusal.block('sh', 'NODE_DEBUG=verifier').trimEnd();
  const audience = 'api://another';
  const token = await issuer.sign({ aud: audience });
  const server = await ShellServer.start(command, folder, env);
  try {
    assert.equal((await server.ask('/profile', token)).status, 401);
    const printed = refusal
      .block('text', 'ERR_AUDIENCE_MISMATCH')
      .trimEnd()
      .replace(/^VERIFIER \d+: https:\/\/issuer\.example/, `: ${issuer.issuer}`)
      .replace('"api://orders"', `"${issuer.audience}"`);
    await server.eventually(() => server.output.includes(printed) || undefined, `The log has no line ${printed}`);
  } finally {
    server.stop();
  }
  const corrected = await ShellServer.start(command, folder, { ...env, OKTA_OAUTH2_AUDIENCE: audience });
  try {
    assert.equal((await corrected.ask('/profile', token)).status, 200);
  } finally {
    corrected.stop();
  }
}

/** Without any setting, the process warns when it has refused five tokens and accepted none, as the page says. */
async function warnedRefusals({ refusal, folder, issuer, env }: Journey): Promise<void> {
  const command = refusal.block('sh', 'NODE_DEBUG=verifier').trimEnd().replace('NODE_DEBUG=verifier ', '');
  const server = await ShellServer.start(command, folder, env);
  try {
    for (let count = 0; count < 5; count += 1) {
      const token = await issuer.sign({ aud: 'api://another', jti: `${count}` });
      assert.equal((await server.ask('/profile', token)).status, 401);
    }
    const isWarned = (): true | undefined => /VERIFIER_ALL_REFUSED.*ERR_AUDIENCE/s.test(server.output) || undefined;
    await server.eventually(isWarned, 'The process does not warn of five refused tokens');
  } finally {
    server.stop();
  }
}

function writeTestingProgram(adapter: string, folder: string): void {
  const program = testingPrograms[adapter];
  if (program === undefined) return;
  const page = readFileSync(join(root, 'docs', 'testing.md'), 'utf8');
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
  const block = blocks.find((code) => code.includes(program.text));
  assert.ok(block !== undefined, `docs/testing.md has no program with ${program.text}`);
  mkdirSync(dirname(join(folder, program.file)), { recursive: true });
  writeFileSync(join(folder, program.file), block);
}

async function prepare(adapter: string, folder: string): Promise<Journey> {
  const page = readFileSync(join(root, 'packages', adapter, 'README.md'), 'utf8');
  const route = new PageSection(page, 'First guarded route');
  const test = new PageSection(page, 'First test');
  const refusal = new PageSection(page, 'My token gets a 401');
  await installAsPrinted(route.block('sh', 'npm install'), folder, testingPrograms[adapter]?.packages);
  assert.ok(route.writeFiles(folder).includes('tsconfig.json'), 'the page has no tsconfig.json');
  assert.equal(test.writeFiles(folder).length, 1, 'the page has no file of tests');
  writeTestingProgram(adapter, folder);
  // The build creates the issuer; this script must load before.
  const { startAuthorizationServer } = await import('@verifier/test-issuer');
  const variables = exportsIn(startBlock({ route }));
  const issuer = await startAuthorizationServer({
    path: '/oauth2/default',
    audience: variables['OKTA_OAUTH2_AUDIENCE'],
  });
  const env = { ...process.env, ...variables, OKTA_OAUTH2_ISSUER: issuer.issuer, PATH: pathOf(folder) };
  return { folder, route, test, refusal, issuer, env };
}

async function follow(adapter: string, folder: string): Promise<void> {
  const journey = await prepare(adapter, folder);
  try {
    await guardedRoute(journey);
    await runTests(journey.test.block('sh', 'node --test'), journey);
    const program = testingPrograms[adapter];
    if (program !== undefined) await runTests(program.command, journey);
    await explainedRefusal(journey);
    await warnedRefusals(journey);
  } finally {
    await journey.issuer.close();
  }
}

/** Follows the page of an adapter to the first guarded route, the first test and the first explained refusal. */
export async function firstHour(adapter: string): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), `verifier-first-hour-${adapter}-`));
  try {
    await follow(adapter, folder);
    return passed();
  } catch (error) {
    return failed(`${adapter}: ${(error as Error).message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

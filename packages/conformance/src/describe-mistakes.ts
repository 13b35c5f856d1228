import { fileURLToPath } from 'node:url';
import { faults, startAuthorizationServer, startFaultServer } from '@verifier/test-issuer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HeaderList } from './conformance-case.ts';
import { ConsoleProcess, type ProgramSettings } from './console-process.ts';
import { exchange } from './exchange.ts';
import type { Framework, MistakenApp } from './mistaken-app.ts';
import { type Mistake, mistakes, type Scenario, secretClaim } from './mistakes.ts';

// More than any warning waits for.
const requests = 25;

const withoutMistake: Mistake = { name: 'none', status: '401', line: '', fix: '', app: () => ({}) };

/** The effect of a mistake: the answers, and the console. */
interface Sighting {
  readonly statuses: readonly string[];
  readonly lines: readonly string[];
  readonly token: string | undefined;
}

/** How an adapter starts an application with a mistake. */
export interface MistakeHarness {
  readonly framework: Framework;
  /** The program that starts a `MistakenApp`. */
  readonly program: URL;
  /** The second argument of the program. */
  readonly platform?: string;
}

/**
 * Defines the tests of mistakes in the configuration, the client or the network, in one framework. The applications
 * run in processes of their own: what is asserted is their console.
 *
 * @param name - The name of the framework in the titles.
 */
export function describeMistakes(name: string, { framework, program, platform = '' }: MistakeHarness): void {
  const possible = mistakes.filter(({ frameworks }) => frameworks?.includes(framework) ?? true);
  const running = possible.filter(({ status }) => status !== 'at start-up');
  const failing = possible.filter(({ status }) => status === 'at start-up');
  const asked = running.filter(({ status }) => status !== '500');

  describe(`${name} explains each mistake`, () => {
    const place = { program: fileURLToPath(program), platform };
    let scenario: Scenario;
    let seen: ReadonlyMap<Mistake, Sighting>;
    let debugged: ReadonlyMap<Mistake, Sighting>;

    beforeAll(async () => {
      scenario = await startScenario();
      seen = new Map([
        ...(await sightAll(running, scenario, place)),
        ...(await Promise.all(
          failing.map(async (mistake) => [mistake, await sightStart(mistake, scenario, place)] as const),
        )),
      ]);
      debugged = await sightAll(running, scenario, { ...place, debug: 'verifier' });
    }, 60_000);
    afterAll(async () => {
      const { issuer, ...others } = scenario;
      await Promise.all([issuer.close(), ...Object.values(others).map((server) => server.stop())]);
    });

    it('[MISTAKES-CONSOLE] and leaves no line on the console without one', async () => {
      const { statuses = [], lines = [] } =
        (await sightAll([withoutMistake], scenario, place)).get(withoutMistake) ?? {};
      expect(statuses).toEqual(['200']);
      expect(lines.join('\n')).not.toContain('VERIFIER');
    });

    it('[MISTAKES-DOCUMENTED] of fourteen or more', () => {
      expect(possible.length).toBeGreaterThanOrEqual(14);
    });

    it.each(possible.map((mistake) => [mistake.name, mistake] as const))(
      '[MISTAKES-CONSOLE] on the console, in one line: %s',
      (_name, mistake) => {
        const { statuses = [], lines = [], token = secretClaim } = seen.get(mistake) ?? {};
        expect(statuses).toEqual([mistake.status]);
        const shown = linesWith(partsOf(mistake.line, mistake, scenario), lines);
        expect(shown, lines.join('\n')).not.toHaveLength(0);
        // Frameworks print an error of the application more than once.
        if (asked.includes(mistake)) expect(shown).toHaveLength(1);
        expect(lines.join('\n')).not.toContain(secretClaim);
        expect(lines.join('\n')).not.toContain(token);
      },
    );

    it.each(asked.map((mistake) => [mistake.name, mistake] as const))(
      '[MISTAKES-DEBUG] with NODE_DEBUG=verifier, in a line for each request: %s',
      (_name, mistake) => {
        const { lines = [] } = debugged.get(mistake) ?? {};
        const text = mistake.debug ?? mistake.line.replace(/^VERIFIER_ALL_REFUSED … /, '');
        const debugLines = lines.filter((line) => /^VERIFIER \d+: /.test(line));
        expect(linesWith(partsOf(text, mistake, scenario), debugLines), lines.join('\n')).toHaveLength(requests);
        expect(lines.join('\n')).not.toContain(secretClaim);
      },
    );
  });
}

async function startScenario(): Promise<Scenario> {
  const [issuer, page, redirecting, closed] = await Promise.all([
    startAuthorizationServer(),
    startFaultServer(),
    startFaultServer(),
    startFaultServer(),
  ]);
  for (const document of ['metadata', 'keys', 'other'] as const) {
    page.fail(document, faults.htmlPage);
    redirecting.fail(document, faults.redirect(`${issuer.issuer}/`));
  }
  await closed.stop();
  return { issuer, page, redirecting, closed };
}

/** Makes mistakes that the client sees, one after the other, in applications of one process. */
async function sightAll(
  mistakes: readonly Mistake[],
  scenario: Scenario,
  place: ProgramSettings,
): Promise<ReadonlyMap<Mistake, Sighting>> {
  const apps = new ConsoleProcess(
    mistakes.map((mistake) => appOf(mistake, scenario)),
    place,
  );
  const sightings = new Map<Mistake, Sighting>();
  const origins = await apps.origins();
  for (const [index, origin] of (origins ?? []).entries()) {
    const mistake = mistakes[index];
    if (mistake === undefined) throw new Error('There are more applications than mistakes');
    const headers = (await mistake.headers?.(scenario)) ?? [
      ['Authorization', `Bearer ${await scenario.issuer.sign()}`],
    ];
    const statuses = await ask(origin, mistake.method ?? 'GET', headers);
    const token = headers.find(([header]) => header === 'Authorization')?.[1];
    sightings.set(mistake, { statuses, lines: await apps.lines(), token });
  }
  await apps.stop();
  return sightings;
}

async function sightStart(mistake: Mistake, scenario: Scenario, place: ProgramSettings): Promise<Sighting> {
  const app = new ConsoleProcess([appOf(mistake, scenario)], place);
  const statuses = (await app.origins()) === undefined ? ['at start-up'] : [];
  await app.stop();
  return { statuses, lines: await app.lines(), token: undefined };
}

function appOf(mistake: Mistake, scenario: Scenario): MistakenApp {
  const { options, ...rest } = mistake.app(scenario);
  const { issuer, audience } = scenario.issuer;
  return { ...rest, options: { issuer, audience, ...options } };
}

async function ask(origin: string, method: string, headers: HeaderList): Promise<readonly string[]> {
  const statuses = new Set<string>();
  for (let count = 0; count < requests; count += 1) {
    statuses.add(String((await exchange(origin, { method, path: '/orders', headers })).status));
  }
  return [...statuses];
}

/** Returns the parts of a line of the table, in their order. */
function partsOf(text: string, mistake: Mistake, scenario: Scenario): readonly string[] {
  const { issuer = scenario.issuer.issuer } = mistake.app(scenario).options ?? {};
  return text.replaceAll('<issuer>', String(issuer).replace(/\/$/, '')).split(/ ?… ?/);
}

function linesWith(parts: readonly string[], lines: readonly string[]): readonly string[] {
  return lines.filter((line) => hasParts(line, parts));
}

function hasParts(line: string, parts: readonly string[]): boolean {
  let from = 0;
  return parts.every((part) => {
    const at = line.indexOf(part, from);
    from = at + part.length;
    return at !== -1;
  });
}

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeWith } from '@verifier/conformance';
import { findProgram } from '@verifier/test-issuer';
import { expect, it, onTestFinished } from 'vitest';
import { alertRules, dashboardExpressions, projectFile, readProjectFile } from './support/observability-files.ts';

const run = promisify(execFile);

function promtool(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return run(findProgram('promtool') ?? '', args, { timeout: 60_000 });
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'verifier-rules-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describeWith('promtool', 'the files in observability/', () => {
  it('[METRICS-ALERTS] contain valid rules', async () => {
    const { stdout } = await promtool('check', 'rules', projectFile('observability/alerts.yml'));
    expect(stdout).toContain(`SUCCESS: ${alertRules().length} rules found`);
  });

  it('[METRICS-ALERTS] contain rules that fire, resolve, and do not fire without a fault', async () => {
    const { stdout } = await promtool('test', 'rules', projectFile('observability/alerts.test.yml'));
    expect(stdout).toContain('SUCCESS');
  }, 60_000);

  // Without these, the unit tests of an alert could miss one of the two cases.
  it.each(
    alertRules().flatMap(({ name }) => [
      [name, 'never', 'fires', '0'],
      [name, 'always', 'ignores', '1'],
    ]),
  )(
    '[METRICS-ALERTS] the unit tests notice if %s %s fires',
    async (name, _, verb, value) => {
      const folder = await temporaryFolder();
      const changed = readProjectFile('observability/alerts.yml').replace(
        new RegExp(`(alert: ${name}\\n(?: {8}#.*\\n)?) {8}expr: (?:>-\\n(?: {10}.*\\n)+|.*\\n)`),
        `$1        expr: vector(${value}) > 0\n`,
      );
      await writeFile(join(folder, 'alerts.yml'), changed);
      await writeFile(join(folder, 'alerts.test.yml'), testsOf(name, verb));
      await expect(promtool('check', 'rules', join(folder, 'alerts.yml'))).resolves.toBeDefined();
      await expect(promtool('test', 'rules', join(folder, 'alerts.test.yml'))).rejects.toThrow(name);
    },
    60_000,
  );

  it('[METRICS-DASHBOARD] contain a dashboard with valid expressions', async () => {
    const folder = await temporaryFolder();
    const rules = dashboardExpressions().map((expr, index) => ({ record: `panel:${index}`, expr }));
    // JSON is valid YAML.
    await writeFile(join(folder, 'panels.yml'), JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    const { stdout } = await promtool('check', 'rules', join(folder, 'panels.yml'));
    expect(stdout).toContain(`SUCCESS: ${rules.length} rules found`);
  });
});

/** The unit tests in which an alert fires, or ignores what it should. */
function testsOf(name: string, verb: string): string {
  const [head = '', ...tests] = readProjectFile('observability/alerts.test.yml').split(/^(?= {2}- name: )/m);
  return head + tests.filter((test) => test.startsWith(`  - name: ${name} ${verb} `)).join('');
}

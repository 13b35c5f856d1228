import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describeWith } from '@verifier/conformance';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { projectFile } from '../src/environment.ts';
import { runExample } from '../src/run-example.ts';
import { unusedRows, writePictures } from '../src/write-pictures.ts';
import { panelTitles } from './panel-titles.ts';

describeWith('prometheus', 'npm start -- observability', () => {
  const lines: string[] = [];
  let isExpected = false;
  let folder: string;
  let files: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'verifier-pictures-'));
    isExpected = await runExample({
      print: (line) => void lines.push(line),
      afterwards: async (prometheus, recorded) => {
        files = await writePictures(prometheus, recorded, folder);
      },
    });
  }, 90_000);

  afterAll(() => rm(folder, { recursive: true }));

  it('[METRICS-EXAMPLE] the staged alerts fire and are resolved, and no other fires', () => {
    const output = lines.join('\n');
    expect(output).toMatch(/^VerifierOutage +\d+\.\d s +\d+\.\d s$/m);
    expect(output).toMatch(/^VerifierForgedTokens +\d+\.\d s +\d+\.\d s$/m);
    expect(output).toMatch(/^VerifierRefusals +– +–$/m);
    expect(isExpected).toBe(true);
  });

  it('[METRICS-EXAMPLE] prints links to Prometheus and to the metrics, and no token', () => {
    const output = lines.join('\n');
    expect(output).toMatch(/^Prometheus +http:\/\/127\.0\.0\.1:\d+\/graph$/m);
    expect(output).toMatch(/^Metrics +http:\/\/127\.0\.0\.1:\d+\/metrics$/m);
    expect(output).not.toMatch(/[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/);
  });

  it('[METRICS-EXAMPLE] draws every panel of the dashboard, with data', async () => {
    const pictures = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    expect(pictures.flatMap(panelTitles)).toEqual(await dashboardTitles());
    for (const picture of pictures) {
      expect(picture).not.toContain('no data');
      expect(picture).toContain('VerifierOutage from ');
    }
  });
});

it('[METRICS-EXAMPLE] the pictures in the documents show the panels of the dashboard', async () => {
  const titles = await dashboardTitles();
  const page = await readFile(projectFile('docs/observability.md'), 'utf8');
  const shown = [...page.matchAll(/!\[([^\]]{30,})\]\((observability\/\w+\.svg)\)/g)];
  const pictures = await Promise.all(shown.map(([, , file]) => readFile(projectFile(`docs/${file}`), 'utf8')));
  expect(pictures.flatMap(panelTitles).sort()).toEqual(titles.sort());
});

it('[METRICS-EXAMPLE] without Prometheus says so, and shows the metrics', async () => {
  const child = spawn(process.execPath, ['src/index.ts'], { cwd: join(import.meta.dirname, '..'), env: { PATH: '' } });
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  expect(errors).toBe('');
  expect(output).toContain('Prometheus is not installed (Debian package prometheus)');
  expect(output).toMatch(/^verifier_authentications_total\{verifier="default",result="success"\} [1-9]/m);
  expect(code).toBe(0);
});

describeWith('prometheus', 'a terminated example', () => {
  it('[METRICS-EXAMPLE] leaves no Prometheus behind', async () => {
    const child = spawn(process.execPath, ['src/index.ts'], { cwd: join(import.meta.dirname, '..') });
    let origin: string | undefined;
    for await (const chunk of child.stdout) {
      origin ??= /Prometheus +(http:\/\/[\d.:]+)/.exec(String(chunk))?.[1];
      if (origin !== undefined) break;
    }
    expect((await fetch(`${origin}/-/ready`)).ok).toBe(true);
    child.kill('SIGTERM');
    await once(child, 'close');
    await vi.waitFor(() => expect(fetch(`${origin}/-/ready`)).rejects.toThrow(), { timeout: 10_000 });
  });
});

it('[METRICS-EXAMPLE] prints its options for --help and for an unknown option', async () => {
  for (const [argument, expected] of [
    ['--help', 0],
    ['--serv', 1],
  ] as const) {
    const child = spawn(process.execPath, ['src/index.ts', argument], { cwd: join(import.meta.dirname, '..') });
    const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    expect(output + errors).toContain('--serve');
    expect(code).toBe(expected);
  }
});

async function dashboardTitles(): Promise<string[]> {
  const dashboard = JSON.parse(await readFile(projectFile('observability/dashboard.json'), 'utf8')) as {
    panels: readonly { type: string; title: string }[];
  };
  let isShown = true;
  return dashboard.panels.flatMap(({ type, title }) => {
    if (type === 'row') isShown = !unusedRows.includes(title);
    return type === 'row' || !isShown ? [] : [title];
  });
}

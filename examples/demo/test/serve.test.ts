import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameworks } from '../src/frameworks.ts';
import { startNode } from './run-node.ts';

const run = promisify(execFile);

function hasCurl(): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v curl && command -v sed']);
    return true;
  } catch {
    return false;
  }
}

describe('npm start -- --serve', () => {
  const child = startNode(['src/index.ts', '--serve']);
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  let printed = '';

  beforeAll(async () => {
    for await (const chunk of child.stdout ?? []) {
      printed += String(chunk);
      if (printed.includes('Ctrl-C')) break;
    }
  });

  afterAll(() => child.kill('SIGKILL'));

  it.skipIf(!hasCurl())('prints shell commands with the status that each of them gets', async () => {
    const lines = printed.split('\n').map((line) => line.trim());
    const script = lines.filter((line) => /^(READER|WRITER|curl)/.test(line)).join('\n');
    const documented = printed.match(/(?<=: )\d{3}$/gm);
    const { stdout } = await run('sh', ['-c', script]);
    expect(stdout.match(/(?<=^HTTP\/1.1 )\d{3}/gm)).toEqual(documented);
    const statusesOfApi = ['200', '401', '200', '200', '403', '201'];
    expect(documented).toEqual(frameworks.flatMap(() => statusesOfApi));
  });

  it('stops on Ctrl-C', async () => {
    child.kill('SIGINT');
    expect(await closed).toBe(0);
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { type Ending, ending, startNode } from './run-node.ts';

describe('npm start', () => {
  let told: Ending;
  let seconds: number;

  beforeAll(async () => {
    const start = performance.now();
    told = await ending(startNode(['src/index.ts']));
    seconds = (performance.now() - start) / 1000;
  });

  it('finds everything as expected, and ends by itself', () => {
    expect(told.stderr).toBe('');
    expect(told.stdout).not.toContain('NOT AS EXPECTED');
    expect(told.stdout).toMatch(/\d+ requests answered as expected/);
    expect(told.code).toBe(0);
    expect(seconds).toBeLessThan(15);
  });

  it('fits a terminal of 100 columns, and is not coloured where nobody sees it', () => {
    const widths = told.stdout.split('\n').map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(100);
    expect(told.stdout).not.toContain('\u001b');
  });

  it('never prints a token', () => {
    expect(told.stdout).not.toMatch(/[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/);
  });

  it('loses no request while the key changes', () => {
    expect(told.stdout).toMatch(/600 GET \/orders +key-1, then key-2 +Express +600 x 200 OK .* 1: keys/);
  });

  it('is coloured where that is asked for', async () => {
    const { stdout } = await ending(startNode(['src/index.ts'], { FORCE_COLOR: '1' }));
    expect(stdout).toContain('\u001b[');
  });
});

it('explains its options to who asks, and to who mistypes one', async () => {
  expect(await ending(startNode(['src/index.ts', '--help']))).toMatchObject({ code: 0 });
  const mistyped = await ending(startNode(['src/index.ts', '--serv']));
  expect(mistyped.code).toBe(1);
  expect(mistyped.stderr).toContain('--serve');
});

import { beforeAll, describe, expect, it } from 'vitest';
import { type ProcessResult, processResult, startNode } from './run-node.ts';

describe('npm start', () => {
  let demo: ProcessResult;
  let seconds: number;

  beforeAll(async () => {
    const start = performance.now();
    demo = await processResult(startNode(['src/index.ts']));
    seconds = (performance.now() - start) / 1000;
  });

  it('reports no mismatch, and exits', () => {
    expect(demo.stderr).toBe('');
    expect(demo.stdout).not.toContain('MISMATCH');
    expect(demo.stdout).toMatch(/\d+ requests answered as expected/);
    expect(demo.code).toBe(0);
    expect(seconds).toBeLessThan(15);
  });

  it('fits a terminal of 100 columns, and writes no colours without a terminal', () => {
    const widths = demo.stdout.split('\n').map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(100);
    expect(demo.stdout).not.toContain('\u001b');
  });

  it('never prints a token', () => {
    expect(demo.stdout).not.toMatch(/[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/);
  });

  it('loses no request during a key rotation', () => {
    expect(demo.stdout).toMatch(/600 GET \/orders +key-1, then key-2 +Express +600 x 200 OK .* 1: keys/);
  });

  it('tells how a client of an MCP server logs in, and steps up for a tool', () => {
    const [, story = ''] = demo.stdout.split(/^4\. /m);
    expect(story).toMatch(/POST \/mcp +401 Unauthorized\n +WWW-Authenticate: Bearer realm="api", scope="notes:read"/);
    expect(story).toMatch(/GET \/\.well-known\/oauth-protected-resource\/mcp +200 OK/);
    expect(story).toMatch(/POST \/mcp +403 Forbidden/);
    expect(story.match(/(?<=^ {2}result: ).*/gm)).toEqual([
      'unauthorized',
      'notes:read',
      'buy milk',
      'unauthorized',
      'notes:read notes:write',
      'added',
    ]);
  });

  it('writes colours if FORCE_COLOR is set', async () => {
    const { stdout } = await processResult(startNode(['src/index.ts'], { FORCE_COLOR: '1' }));
    expect(stdout).toContain('\u001b[');
  });
});

it('prints its options for --help and for an unknown option', async () => {
  expect(await processResult(startNode(['src/index.ts', '--help']))).toMatchObject({ code: 0 });
  const mistyped = await processResult(startNode(['src/index.ts', '--serv']));
  expect(mistyped.code).toBe(1);
  expect(mistyped.stderr).toContain('--serve');
});

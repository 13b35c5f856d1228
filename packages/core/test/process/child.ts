import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The result of a child process. */
export interface ChildReport<TReport> {
  /** Its output. */
  readonly report: TReport;
  readonly errors: string;
  /** Seconds between its last word and its end. */
  readonly lingered: number;
}

/** The report of a child, and its time. */
export function lastWord(report: object): void {
  process.stdout.write(JSON.stringify({ report, at: Date.now() }));
}

/** Runs one of the children with arguments of its own. Fails where it fails, or does not end within ten seconds. */
export async function runChild<TReport>(
  name: string,
  args: readonly string[],
  { flags = [], env = {} }: { readonly flags?: readonly string[]; readonly env?: Record<string, string> } = {},
): Promise<ChildReport<TReport>> {
  const file = fileURLToPath(new URL(`children/${name}.ts`, import.meta.url));
  // Node.js 22 says on each start that it strips types.
  const all = ['--disable-warning=ExperimentalWarning', '--unhandled-rejections=strict', ...flags, file, ...args];
  const settings = { timeout: 10_000, env: { ...process.env, NODE_OPTIONS: '', ...env } };
  const { stdout, stderr } = await run(process.execPath, all, settings);
  const endedAt = Date.now();
  const { report, at } = JSON.parse(stdout) as { report: TReport; at: number };
  return { report, errors: stderr, lingered: (endedAt - at) / 1000 };
}

import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { projectFile } from './environment.ts';
import { runExample } from './run-example.ts';
import { writePictures } from './write-pictures.ts';

const usage = `npm start -- observability            runs the example
npm start -- observability --serve    keeps everything running afterwards, for a browser
npm start -- observability --write    writes the pictures of docs/observability.md`;

const print = (line: string): void => console.log(line);

async function main(args: string[]): Promise<boolean> {
  const flags = readFlags(args);
  if (flags === undefined) console.error(usage);
  if (flags === undefined) return false;
  if (flags.help) print(usage);
  if (flags.help) return true;
  return runExample({
    print,
    afterwards: async (prometheus, recorded) => {
      const folder = projectFile('docs/observability');
      if (flags.write) print(`\nWritten: ${(await writePictures(prometheus, recorded, folder)).join(', ')}`);
      if (flags.serve) await serve();
    },
  });
}

function readFlags(args: string[]): { serve: boolean; write: boolean; help: boolean } | undefined {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ args, options: { serve: flag, write: flag, help: flag } }).values;
  } catch {
    return undefined;
  }
}

// Without a listener, a signal would end this process and leave Prometheus behind.
const exit = (): never => process.exit(1);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, exit);

async function serve(): Promise<void> {
  print('\nEverything still runs. End it with Ctrl+C.');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, exit);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}

function fail(error: unknown): false {
  console.error('The example failed:', error);
  return false;
}

process.exitCode = (await main(process.argv.slice(2)).catch(fail)) ? 0 : 1;

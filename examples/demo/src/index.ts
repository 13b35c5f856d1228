import { runDemo } from './run-demo.ts';
import { serve } from './serve.ts';

const usage = `npm start              runs the demo
npm start -- --serve   keeps the API and the authorization server up, to be tried with curl`;

// Long before whoever waits for the demo loses patience.
const longestDemo = 25_000;

async function main(args: readonly string[]): Promise<boolean> {
  const print = (line: string): void => console.log(line);
  const [option, ...more] = args;
  if (option === undefined) return runWithin(longestDemo, () => runDemo(print));
  if (option === '--serve' && more.length === 0) {
    await serve(print);
    return true;
  }
  console.error(usage);
  return option === '--help';
}

async function runWithin(milliseconds: number, run: () => Promise<boolean>): Promise<boolean> {
  const timer = setTimeout(() => {
    console.error(`The demo did not end within ${milliseconds / 1000} s.`);
    process.exit(1);
  }, milliseconds);
  return run().finally(() => clearTimeout(timer));
}

function fail(error: unknown): false {
  console.error('The demo could not go on:', error);
  return false;
}

process.exitCode = (await main(process.argv.slice(2)).catch(fail)) ? 0 : 1;

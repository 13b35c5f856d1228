import { runDemo } from './run-demo.ts';
import { serve } from './serve.ts';

const usage = `npm start              runs the demo
npm start -- --serve   keeps the APIs and the authorization server running, for curl`;

const timeoutSeconds = 25;

async function main(args: readonly string[]): Promise<boolean> {
  const print = (line: string): void => console.log(line);
  const [option, ...more] = args;
  if (option === undefined) return runWithin(timeoutSeconds, () => runDemo(print));
  if (option === '--serve' && more.length === 0) {
    await serve(print);
    return true;
  }
  console.error(usage);
  return option === '--help';
}

async function runWithin(seconds: number, run: () => Promise<boolean>): Promise<boolean> {
  const timer = setTimeout(() => {
    console.error(`The demo did not end within ${seconds} s.`);
    process.exit(1);
  }, seconds * 1000);
  return run().finally(() => clearTimeout(timer));
}

function fail(error: unknown): false {
  console.error('The demo failed:', error);
  return false;
}

process.exitCode = (await main(process.argv.slice(2)).catch(fail)) ? 0 : 1;

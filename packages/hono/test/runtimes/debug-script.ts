import { sendWrongToken } from './debug-lines.ts';

const { argv } = (globalThis as unknown as { process: { argv: string[] } }).process;

await sendWrongToken(argv.includes('debug'));

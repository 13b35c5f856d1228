import { completeBlocks } from './code-blocks.ts';
import { compileBlocks } from './compile-blocks.ts';

const blocks = completeBlocks();
const errors = await compileBlocks(blocks);
console.log(errors.length > 0 ? errors.join('\n') : `${blocks.length} blocks of code in the documents compile.`);
process.exitCode = errors.length > 0 ? 1 : 0;

import type { StartApi } from './framework.ts';
import { startExpress } from './frameworks/express.ts';

/** Every framework of the demo, in the order of the table. Each has one file beside the others. */
export const frameworks: readonly StartApi[] = [startExpress];

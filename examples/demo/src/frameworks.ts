import type { StartApi } from './framework.ts';
import { startExpress } from './frameworks/express.ts';
import { startFastify } from './frameworks/fastify.ts';
import { startHono } from './frameworks/hono.ts';
import { startNest } from './frameworks/nest.ts';

/** Every framework of the demo, in the order of the table. Each has one file beside the others. */
export const frameworks: readonly StartApi[] = [startExpress, startFastify, startNest, startHono];

import { startExpress } from './frameworks/express.ts';
import { startFastify } from './frameworks/fastify.ts';
import { startHono } from './frameworks/hono.ts';
import { startNest } from './frameworks/nest.ts';
import type { StartApi } from './running-api.ts';

/** The frameworks of the demo, in the order of the table. */
export const frameworks: readonly StartApi[] = [startExpress, startFastify, startNest, startHono];

import type { Open } from './contestant.ts';
import { openWith } from './fast-jwt-async.ts';

export const open: Open = (target) => openWith(false, target);

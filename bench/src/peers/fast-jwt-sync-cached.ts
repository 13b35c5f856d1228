import type { Open } from './contestant.ts';
import { openWith } from './fast-jwt-sync.ts';

export const open: Open = (target) => openWith(true, target);

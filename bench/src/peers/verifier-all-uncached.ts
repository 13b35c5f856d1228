import type { Open } from './contestant.ts';
import { openWith } from './verifier-all.ts';

export const open: Open = (target) => openWith(target, { tokenCache: false });

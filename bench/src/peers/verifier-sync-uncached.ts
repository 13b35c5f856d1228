import type { Open } from './contestant.ts';
import { openWith } from './verifier-sync.ts';

export const open: Open = (target) => openWith(target, { tokenCache: false });

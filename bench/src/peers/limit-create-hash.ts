// The limit of a cache with `createHash`, the only SHA-256 function before Node.js 21.
import { createHash } from 'node:crypto';
import type { Open } from './contestant.ts';
import { cacheLimit, open as openLimit } from './limit.ts';

export const open: Open = async (target) => {
  const { verifySync } = await openLimit(target);
  if (verifySync === undefined) throw new Error('The limit cannot verify');
  const digestOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
  return { verifySync, verifyRepeated: cacheLimit(verifySync, digestOf) };
};

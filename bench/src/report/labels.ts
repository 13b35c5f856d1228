import { isServer, serverOf } from '../http/server-catalog.ts';
import { type ContestantName, entryOf } from '../peers/catalog.ts';
import type { ColdName } from '../start/cold-role.ts';

/** Returns the label of a cold start. */
export function coldLabel(name: ColdName): string {
  if (name === 'verifier') return '@verifier/core';
  if (name === 'verifier-discovery') return '@verifier/core, discovery';
  if (name === 'express-oauth2-jwt-bearer-discovery') return 'express-oauth2-jwt-…, discovery';
  return entryOf(name as ContestantName).label;
}

/** Returns the title of a profile. */
export function profileTitle(profile: string): string {
  const [name = '', way = ''] = profile.split(', ');
  if (way === 'unique' || way === 'repeated') {
    const entry = isServer(name) ? serverOf(name) : entryOf(name as ContestantName);
    return `${entry.label}, ${way} tokens`;
  }
  return `${entryOf(name as ContestantName).label}, unique tokens, ${way === 'one' ? 'one at a time' : '64 at a time'}`;
}

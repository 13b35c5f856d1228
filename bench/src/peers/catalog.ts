import type { AlgorithmName } from '../plan.ts';
import type { Open } from './contestant.ts';

/** How tokens are verified: one after the other, 64 at a time, or the same ones repeatedly. */
export type Mode = 'one' | 'many' | 'repeated';

/** A contestant that is not loaded yet. */
export interface Entry {
  readonly label: string;
  readonly isOurs?: true;
  /** Whether it is the limit: the lower bound that contestants are compared with. */
  readonly isLimit?: true;
  readonly modes: readonly Mode[];
  readonly algorithms: readonly AlgorithmName[];
  readonly load: () => Promise<{ readonly open: Open }>;
}

const all: readonly AlgorithmName[] = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];
const withoutEdDsa = all.filter((name) => name !== 'EdDSA');
const withoutPss = all.filter((name) => name !== 'PS256');
const everyMode: readonly Mode[] = ['one', 'many', 'repeated'];
const oneByOne: readonly Mode[] = ['one', 'repeated'];

/** All contestants and limits by name. */
export const catalog = {
  limit: {
    label: 'limit: node:crypto',
    isLimit: true,
    modes: everyMode,
    algorithms: all,
    load: () => import('./limit.ts'),
  },
  'limit-create-hash': {
    label: 'limit with createHash',
    isLimit: true,
    modes: ['repeated'],
    algorithms: ['RS256'],
    load: () => import('./limit-create-hash.ts'),
  },
  'verifier-sync': {
    label: '@verifier/core, verifySync',
    isOurs: true,
    modes: oneByOne,
    algorithms: all,
    load: () => import('./verifier-sync.ts'),
  },
  verifier: {
    label: '@verifier/core, verify',
    isOurs: true,
    modes: everyMode,
    algorithms: all,
    load: () => import('./verifier.ts'),
  },
  'verifier-all': {
    label: '@verifier/core, verifyAll',
    isOurs: true,
    modes: ['many'],
    algorithms: all,
    load: () => import('./verifier-all.ts'),
  },
  'verifier-sync-uncached': {
    label: '@verifier/core, verifySync, uncached',
    isOurs: true,
    modes: ['one'],
    algorithms: all,
    load: () => import('./verifier-sync-uncached.ts'),
  },
  'verifier-uncached': {
    label: '@verifier/core, verify, uncached',
    isOurs: true,
    modes: ['one'],
    algorithms: all,
    load: () => import('./verifier-uncached.ts'),
  },
  'verifier-all-uncached': {
    label: '@verifier/core, verifyAll, uncached',
    isOurs: true,
    modes: ['many'],
    algorithms: all,
    load: () => import('./verifier-all-uncached.ts'),
  },
  jose: {
    label: 'jose',
    modes: everyMode,
    algorithms: all,
    load: () => import('./jose.ts'),
  },
  'fast-jwt-sync': {
    label: 'fast-jwt, fixed key',
    modes: oneByOne,
    algorithms: all,
    load: () => import('./fast-jwt-sync-uncached.ts'),
  },
  'fast-jwt-sync-cached': {
    label: 'fast-jwt, fixed key, cache',
    modes: oneByOne,
    algorithms: all,
    load: () => import('./fast-jwt-sync-cached.ts'),
  },
  'fast-jwt-async': {
    label: 'fast-jwt + get-jwks',
    modes: everyMode,
    algorithms: withoutEdDsa,
    load: () => import('./fast-jwt-async-uncached.ts'),
  },
  'fast-jwt-async-cached': {
    label: 'fast-jwt + get-jwks, cache',
    modes: everyMode,
    algorithms: withoutEdDsa,
    load: () => import('./fast-jwt-async-cached.ts'),
  },
  'aws-jwt-verify': {
    label: 'aws-jwt-verify',
    modes: everyMode,
    algorithms: withoutPss,
    load: () => import('./aws-jwt-verify.ts'),
  },
  'aws-jwt-verify-sync': {
    label: 'aws-jwt-verify, verifySync',
    modes: oneByOne,
    algorithms: withoutPss,
    load: () => import('./aws-jwt-verify-sync.ts'),
  },
  jsonwebtoken: {
    label: 'jsonwebtoken + jwks-rsa',
    modes: everyMode,
    algorithms: withoutEdDsa,
    load: () => import('./jsonwebtoken.ts'),
  },
  'okta-jwt-verifier': {
    label: '@okta/jwt-verifier',
    modes: everyMode,
    algorithms: ['RS256'],
    load: () => import('./okta-jwt-verifier.ts'),
  },
  'express-oauth2-jwt-bearer': {
    label: 'express-oauth2-jwt-bearer',
    modes: everyMode,
    algorithms: all,
    load: () => import('./express-oauth2-jwt-bearer.ts'),
  },
} as const satisfies Readonly<Record<string, Entry>>;

/** Returns the contestants that verify tokens of an algorithm. */
export type ContestantName = keyof typeof catalog;

/** Returns the catalog's entry for a contestant. */
export function entryOf(name: ContestantName): Entry {
  return catalog[name];
}

/** Returns the contestants that can verify an algorithm. */
export function contestantsFor(algorithm: AlgorithmName): ContestantName[] {
  const names = Object.keys(catalog) as ContestantName[];
  return names.filter((name) => entryOf(name).algorithms.includes(algorithm));
}

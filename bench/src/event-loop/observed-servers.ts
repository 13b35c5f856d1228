import { bare, listen } from '../http/servers/express-servers.ts';
import type { Target } from '../tokens/token-file.ts';

interface ObservedServer {
  readonly label: string;
  /** With `refreshing`, keys are cached for about a second. */
  readonly listen: (target: Target, refreshing: boolean) => Promise<number>;
}

/** Seconds between refreshes, and between rotations. */
export const periodMs = 1000;

/** Express with the verifiers that have an option for the life of keys. */
export const observed = {
  bare: { label: 'Express alone', listen: (target) => bare(target) },
  verifier: { label: '@verifier/express', listen: listenWithVerifier },
  'express-oauth2-jwt-bearer': { label: 'express-oauth2-jwt-bearer', listen: listenWithOauth2JwtBearer },
  'passport-jwt': { label: 'passport-jwt + jwks-rsa', listen: listenWithPassport },
} as const satisfies Readonly<Record<string, ObservedServer>>;

export type ObservedName = keyof typeof observed;

async function listenWithVerifier({ issuer, audience, jwksUri }: Target, refreshing: boolean): Promise<number> {
  const { bearerAuth } = await import('@verifier/express');
  // The shortest life is 10 s; at a tenth of that, the keys are refreshed every second.
  const keyCache = refreshing ? { ttl: 10, refreshAhead: 0.1 } : {};
  return listen([bearerAuth({ issuer, audience, jwksUri, keyCache })]);
}

async function listenWithOauth2JwtBearer({ issuer, audience, jwksUri }: Target, refreshing: boolean): Promise<number> {
  const { auth } = await import('express-oauth2-jwt-bearer');
  const keyCache = refreshing ? { cacheMaxAge: periodMs, cooldownDuration: 0 } : {};
  return listen([auth({ issuer, audience, jwksUri, ...keyCache })]);
}

async function listenWithPassport(target: Target, refreshing: boolean): Promise<number> {
  const { default: passport } = await import('passport');
  const { createJwtStrategy } = await import('../http/servers/passport-strategy.ts');
  passport.use(createJwtStrategy(target, refreshing ? { cacheMaxAge: periodMs } : {}));
  return listen([passport.initialize(), passport.authenticate('jwt', { session: false })]);
}

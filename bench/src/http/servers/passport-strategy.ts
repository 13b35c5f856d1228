import { passportJwtSecret } from 'jwks-rsa';
import { ExtractJwt, Strategy, type StrategyOptionsWithoutRequest } from 'passport-jwt';
import type { Target } from '../../tokens/token-file.ts';

/** The life of cached keys. */
export interface KeyOptions {
  /** Milliseconds. */
  readonly cacheMaxAge?: number;
}

/** The strategy as in its documentation, with keys from an endpoint. */
export function createJwtStrategy(target: Target, keyOptions: KeyOptions = {}): Strategy {
  return new Strategy(strategyOptions(target, keyOptions), (claims: unknown, done) => done(null, claims as object));
}

/** The options of the strategy. */
export function strategyOptions(
  { issuer, audience, jwksUri, algorithm }: Target,
  keyOptions: KeyOptions = {},
): StrategyOptionsWithoutRequest {
  return {
    jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
    secretOrKeyProvider: passportJwtSecret({ jwksUri, cache: true, ...keyOptions }),
    issuer,
    audience,
    algorithms: [algorithm as 'RS256'],
  };
}

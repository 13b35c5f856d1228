import type { SingleIssuerOptions } from '../options/options.ts';
import { type ProviderOptions, requireText } from './provider-options.ts';

/** What {@link cognito} is made from. */
export interface CognitoOptions extends ProviderOptions {
  /** The user pool: `eu-central-1_AbCdEfGhI`. Its region is the part before the underscore. */
  readonly userPoolId: string;
  /** The app clients whose tokens are accepted: access tokens of Cognito name no audience, only the client. */
  readonly clientIds: readonly string[];
  /**
   * For pools whose tokens name an audience all the same, by a resource binding or a trigger.
   *
   * @default null
   */
  readonly audience?: string | readonly string[] | null;
}

/**
 * The options of a verifier for an Amazon Cognito user pool. `token_use` must be there, and a token that says `id` is
 * refused. Groups are in `cognito:groups`.
 *
 * @throws ConfigurationError where `userPoolId` is none, or `clientIds` is missing.
 *
 * @example
 * ```ts
 * import { cognito, createVerifier } from '@verifier/core';
 *
 * const options = cognito({
 *   userPoolId: 'eu-central-1_Ab129faBb',
 *   clientIds: ['7lhlkkfbfb4q5kpp90urffao'],
 * });
 * const verifier = createVerifier(options);
 * ```
 */
export function cognito({
  userPoolId,
  audience = null,
  requiredClaims = [],
  ...options
}: CognitoOptions): SingleIssuerOptions {
  const pool = requireText(
    userPoolId,
    /^[a-z]{2}(?:-[a-z]+)+-\d_[A-Za-z0-9]+$/,
    'cognito',
    'userPoolId',
    'it begins with its region, such as eu-central-1_AbCdEfGhI',
  );
  requireText(
    options.clientIds?.[0],
    /./,
    'cognito',
    'clientIds',
    'it lists the app clients whose tokens are accepted',
  );
  const region = pool.slice(0, pool.indexOf('_'));
  return {
    groupClaims: ['cognito:groups'],
    ...options,
    issuer: `https://cognito-idp.${region}.amazonaws.com/${pool}`,
    audience,
    requiredClaims: ['token_use', 'client_id', ...requiredClaims],
  };
}

import { copyOptions } from '../lib/copy-options.ts';
import type { SingleIssuerOptions, WithOptional } from '../options/options.ts';
import { type ProviderOptions, validateText, withAccessTokenClaims } from './provider-options.ts';

/** The options of {@link cognito}. */
export interface CognitoOptions extends ProviderOptions {
  /** The user pool, such as `eu-central-1_AbCdEfGhI`. The part before the underscore is its region. */
  readonly userPoolId: string;
  /**
   * The URL of an emulator such as cognito-local or LocalStack, which comes before the pool in its issuer:
   * `http://localhost:9229`. A user pool may then have any region.
   *
   * @default the endpoint of AWS in the region of the user pool
   */
  readonly endpoint?: string;
  /** The accepted app clients. Access tokens of Cognito have a client but no audience. */
  readonly clientIds: readonly string[];
  /**
   * The audience, for pools that add one by a resource binding or a trigger.
   *
   * @default null
   */
  readonly audience?: string | readonly string[] | null;
}

/**
 * Returns the options of a verifier for an Amazon Cognito user pool. Requires `token_use` of `access` and `client_id`, in
 * addition to `requiredClaims`; ID tokens have `token_use` of `id`. Groups are read from `cognito:groups`. Other options
 * are passed on.
 *
 * @throws ConfigurationError if `userPoolId` is not the ID of a user pool, or `clientIds` is missing.
 * @example
 * ```ts
 * import { cognito, createVerifier } from '@verifier/core';
 *
 * export const verifier = createVerifier(
 *   cognito({ userPoolId: 'eu-central-1_AbCdEfGhI', clientIds: ['1example23456789'] }),
 * );
 * ```
 */
export function cognito<TOptional extends boolean = false>(
  given: WithOptional<CognitoOptions, TOptional>,
): WithOptional<SingleIssuerOptions, TOptional>;
export function cognito(given: CognitoOptions): SingleIssuerOptions {
  const {
    userPoolId,
    endpoint,
    audience = null,
    requiredClaims = [],
    groupClaims = ['cognito:groups'],
    ...others
  } = copyOptions(given);
  const options = copyOptions(others);
  validateText(options.clientIds?.[0], /./, 'cognito', 'clientIds', 'it lists the accepted app clients');
  return {
    ...withAccessTokenClaims(options, { token_use: 'access' }),
    groupClaims,
    issuer: issuerOf(userPoolId, endpoint),
    audience,
    requiredClaims: ['token_use', 'client_id', ...requiredClaims],
  };
}

function issuerOf(userPoolId: string, endpoint: string | undefined): string {
  if (endpoint !== undefined) {
    const isUrl = /^https?:\/\/[^?#\s]+$/;
    validateText(endpoint, isUrl, 'cognito', 'endpoint', 'it is a URL, such as http://localhost:9229');
    validateText(userPoolId, /^[\w-]+_\w+$/, 'cognito', 'userPoolId', 'it is the ID of a user pool, such as local_abc');
    return `${endpoint.replace(/\/+$/, '')}/${userPoolId}`;
  }
  const hint = 'it begins with its region, such as eu-central-1_AbCdEfGhI; for the pool of an emulator, set endpoint';
  validateText(userPoolId, /^[a-z]{2}(?:-[a-z]+)+-\d_[A-Za-z0-9]+$/, 'cognito', 'userPoolId', hint);
  const region = userPoolId.slice(0, userPoolId.indexOf('_'));
  return `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`;
}

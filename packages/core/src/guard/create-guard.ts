import { ConfigurationError } from '../errors.ts';
import { copyOptions } from '../lib/copy-options.ts';
import { okta } from '../providers/okta.ts';
import { denyUncalled } from '../request/deny-uncalled.ts';
import type { Guard, GuardOptions, GuardSettings, OktaGuardOptions } from './guard.ts';
import { isShared, VerifierGuard } from './verifier-guard.ts';

/**
 * Creates the guard that a framework adapter calls: a verifier, and the handling of denied requests.
 *
 * @throws ConfigurationError if an option is missing, unknown or not safe.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createGuard, fromNodeRequest } from '@verifier/core';
 *
 * const guard = createGuard({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 *
 * createServer(async (request, response) => {
 *   const result = await guard.authenticate(fromNodeRequest(request));
 *   if (result.ok) return void response.end(`Hello ${result.auth?.subject}`);
 *   const { status, headers, body } = guard.challenge(result.error);
 *   response.writeHead(status, { ...headers }).end(body);
 * }).listen(3000);
 * ```
 */
export function createGuard(options: GuardOptions): Guard {
  const { onError = 'respond', ...rest } = parseSettings(options, 'bearerAuth({ issuer, audience })');
  return new VerifierGuard(rest, onError);
}

/**
 * Creates a guard for an Okta authorization server, configured by {@link okta}.
 *
 * @throws ConfigurationError if an option is missing, unknown or not safe.
 *
 * @example
 * ```ts
 * import { createOktaGuard } from '@verifier/core';
 *
 * // Reads OKTA_OAUTH2_ISSUER and OKTA_OAUTH2_AUDIENCE.
 * const guard = createOktaGuard();
 * await guard.verifier.warmUp();
 * ```
 */
export function createOktaGuard(options: OktaGuardOptions = {}): Guard {
  const { onError = 'respond', ...rest } = parseSettings(options, 'oktaAuth()');
  return new VerifierGuard(isShared(rest) ? rest : okta(rest), onError);
}

function parseSettings<TOptions extends GuardSettings>(options: TOptions, call: string): TOptions {
  const uncalled = denyUncalled(options, call);
  if (uncalled !== undefined) throw uncalled;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ConfigurationError('The options of a guard are an object, such as { issuer, audience } or { verifier }');
  }
  const copy = copyOptions(options);
  if (copy.onError !== undefined && copy.onError !== 'respond' && copy.onError !== 'framework') {
    throw new ConfigurationError("onError is 'respond' or 'framework'");
  }
  return copy;
}

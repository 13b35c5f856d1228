import { denyAccess } from './authorization/deny-access.ts';
import type { Requirements } from './authorization/requirements.ts';
import { resolveRequirements } from './authorization/resolve-requirements.ts';
import { createVerifier } from './create-verifier.ts';
import { type AnyAuthError, ConfigurationError } from './errors.ts';
import { copyOptions } from './lib/copy-options.ts';
import { asError } from './lib/thrown-error.ts';
import type { VerifierOptions } from './options/options.ts';
import { type OktaOptions, okta } from './providers/okta.ts';
import { type Challenge, publicDescription } from './request/challenge.ts';
import { keepChallengeOnWrite, type NodeResponse } from './request/node-response.ts';
import type { RequestLike } from './request/request.ts';
import type { VerifiedToken } from './token/verified-token.ts';
import type { AuthResult, Verifier } from './verifier.ts';

/** Whether the adapter or the framework's own error handling writes the answer to a denied request. */
export type OnError = 'respond' | 'framework';

/** Settings that the guards of all frameworks have. */
export interface GuardSettings {
  /**
   * `respond` writes the answer. `framework` passes the error, with its status and headers, to the framework's own error
   * handling.
   *
   * @default 'respond'
   */
  readonly onError?: OnError;
}

/** An existing verifier, shared by several guards. */
export interface SharedVerifier {
  readonly verifier: Verifier;
}

/** Options for a guard: the options of a verifier, or a verifier. */
export type GuardOptions = (VerifierOptions | SharedVerifier) & GuardSettings;

/** Options for an Okta guard. The environment supplies `issuer` and `audience` if they are absent. */
export type OktaGuardOptions = (OktaOptions | SharedVerifier) & GuardSettings;

/** The part of an adapter that is the same in every framework. */
export interface Guard {
  readonly verifier: Verifier;
  readonly onError: OnError;
  /** Calls {@link Verifier.authenticate}. */
  authenticate(request: RequestLike, requirements?: Requirements): AuthResult | Promise<AuthResult>;
  /**
   * Authorizes a request that was authenticated earlier.
   *
   * @param auth - The token of {@link Guard.authenticate}; null for an anonymous request.
   * @param requirements - The requirements of the route. Without them, the request must have a token.
   * @returns The error to answer with, or undefined if access is granted.
   * @throws ConfigurationError if the requirements are wrong; otherwise what a `claims` predicate throws, always as an Error.
   */
  authorize(auth: VerifiedToken | null, requirements?: Requirements): AnyAuthError | undefined;
  /** Returns the answer to write if `onError` is `respond`. */
  challenge(error: AnyAuthError): Challenge;
  /**
   * Returns the error to pass on if `onError` is `framework`: the same object, with the headers of the answer, and with
   * the public description as its message, also in `stack`, because error handlers and development pages write both to the
   * client. `code`, `claim` and `reason` are for the log.
   *
   * @param response - The response of Node.js, if the framework has one. The headers are on it when the framework writes it
   * with a status of 400 or more, even if the error handler does not know of them: see {@link keepChallengeOnWrite}.
   */
  frameworkError(error: AnyAuthError, response?: NodeResponse): AnyAuthError;
  /** Closes the verifier that the guard created. A verifier that was passed in stays open for its other users. */
  close(): Promise<void>;
}

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
  const { onError = 'respond', ...rest } = parseSettings(options);
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
  const { onError = 'respond', ...rest } = parseSettings(options);
  return new VerifierGuard(isShared(rest) ? rest : okta(rest), onError);
}

class VerifierGuard implements Guard {
  readonly verifier: Verifier;
  readonly onError: OnError;
  readonly #isShared: boolean;

  constructor(options: VerifierOptions | SharedVerifier, onError: OnError) {
    this.#isShared = isShared(options);
    this.verifier = isShared(options) ? parseSharedVerifier(options) : createVerifier(options);
    this.onError = onError;
  }

  authenticate(request: RequestLike, requirements?: Requirements): AuthResult | Promise<AuthResult> {
    return this.verifier.authenticate(request, requirements);
  }

  authorize(auth: VerifiedToken | null, requirements?: Requirements): AnyAuthError | undefined {
    const resolved = resolveRequirements(requirements, 'authorize');
    try {
      return denyAccess(auth, resolved);
    } catch (thrown) {
      throw asError(thrown);
    }
  }

  challenge(error: AnyAuthError): Challenge {
    return this.verifier.challenge(error);
  }

  frameworkError(error: AnyAuthError, response?: NodeResponse): AnyAuthError {
    const message = publicDescription(error);
    const headers = headersWithoutBody(this.challenge(error));
    if (response !== undefined) keepChallengeOnWrite(response, headers);
    // The first line of the stack repeats the message, which contains the text of `validate`.
    const stack = error.stack?.replace(error.message, () => message);
    return Object.assign(error, { stack, headers, message });
  }

  async close(): Promise<void> {
    if (!this.#isShared) await this.verifier.close();
  }
}

// The framework writes its own body, and so its own content type.
function headersWithoutBody({ headers }: Challenge): Readonly<Record<string, string>> {
  const { 'Content-Type': _, ...others } = headers;
  return others;
}

function parseSettings<TOptions extends GuardSettings>(options: TOptions): TOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ConfigurationError('The options of a guard are an object, such as { issuer, audience } or { verifier }');
  }
  const copy = copyOptions(options);
  if (copy.onError !== undefined && copy.onError !== 'respond' && copy.onError !== 'framework') {
    throw new ConfigurationError("onError is 'respond' or 'framework'");
  }
  return copy;
}

function isShared(options: object): options is SharedVerifier {
  return Object.hasOwn(options, 'verifier');
}

function parseSharedVerifier({ verifier, ...others }: SharedVerifier): Verifier {
  const [extra] = Object.keys(others);
  if (extra !== undefined) {
    throw new ConfigurationError(`${extra} cannot be combined with verifier: give it to createVerifier instead`);
  }
  if (typeof verifier?.authenticate !== 'function') {
    throw new ConfigurationError('verifier must be one that createVerifier returned');
  }
  return verifier;
}

import { checkRequirements, type Requirements } from './authorization/requirements.ts';
import { createVerifier } from './create-verifier.ts';
import { type AnyAuthError, ConfigurationError } from './errors.ts';
import { asError } from './lib/thrown-error.ts';
import type { VerifierOptions } from './options/options.ts';
import { type OktaOptions, okta } from './providers/okta.ts';
import { type Challenge, publicDescription } from './request/challenge.ts';
import type { RequestLike } from './request/request.ts';
import type { VerifiedToken } from './token/verified-token.ts';
import type { AuthResult, Verifier } from './verifier.ts';

/** Who writes the answer to a refused request: the adapter, or the framework's own error handling. */
export type OnError = 'respond' | 'framework';

/** What the guards of every framework have in common. */
export interface GuardSettings {
  /**
   * `respond` writes the answer; `framework` hands the error, with its status and headers, to the framework's own
   * error handling.
   *
   * @default 'respond'
   */
  readonly onError?: OnError;
}

/** A verifier that exists already, shared between guards. */
export interface SharedVerifier {
  readonly verifier: Verifier;
}

/** What a guard is made from: the options of a verifier, or a verifier. */
export type GuardOptions = (VerifierOptions | SharedVerifier) & GuardSettings;

/** What an Okta guard is made from; the environment fills in what is left out. */
export type OktaGuardOptions = (OktaOptions | SharedVerifier) & GuardSettings;

/** The part of an adapter that is the same in every framework. */
export interface Guard {
  readonly verifier: Verifier;
  readonly onError: OnError;
  /** {@link Verifier.authenticate}. */
  authenticate(request: RequestLike, requirements?: Requirements): AuthResult | Promise<AuthResult>;
  /**
   * Judges a request that was authenticated before; undefined lets it pass.
   *
   * @throws Error what a `claims` predicate throws, always as an error.
   */
  authorize(auth: VerifiedToken | null, requirements: Requirements): AnyAuthError | undefined;
  /** The answer to write, where `onError` is `respond`. */
  challenge(error: AnyAuthError): Challenge;
  /**
   * The error to hand over, where `onError` is `framework`: the same one, with the headers of the answer, and with what
   * the client may be told as its message, since error handlers write that out. The first line of `stack` keeps the
   * message for the log.
   */
  frameworkError(error: AnyAuthError): AnyAuthError;
  /** Gives up what the guard opened. A verifier that was handed in stays open, for those who share it. */
  close(): Promise<void>;
}

/**
 * Makes what a framework adapter needs: a verifier, and what to do with the requests that it refuses.
 *
 * @throws ConfigurationError where an option is missing, unknown or not safe.
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
  const { onError = 'respond', ...rest } = checkedSettings(options);
  return guardOf(rest, onError);
}

/**
 * {@link createGuard} for an Okta authorization server, configured by {@link okta}.
 *
 * @throws ConfigurationError where an option is missing, unknown or not safe.
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
  const { onError = 'respond', ...rest } = checkedSettings(options);
  return guardOf('verifier' in rest ? rest : okta(rest), onError);
}

function guardOf(options: VerifierOptions | SharedVerifier, onError: OnError): Guard {
  const isShared = 'verifier' in options;
  const verifier = isShared ? checkedVerifier(options) : createVerifier(options);
  const challenge = (error: AnyAuthError): Challenge => verifier.challenge(error);
  return {
    verifier,
    onError,
    authenticate: (request, requirements) => verifier.authenticate(request, requirements),
    authorize,
    challenge,
    frameworkError: (error) => {
      // An engine may write the stack when it is first read: now, that is, with the message that is for the log.
      const { stack } = error;
      const headers = headersWithoutBody(challenge(error));
      return Object.assign(error, { stack, headers, message: publicDescription(error) });
    },
    close: async () => (isShared ? undefined : await verifier.close()),
  };
}

// The body, and with it the content type, is the framework's own.
function headersWithoutBody({ headers }: Challenge): Readonly<Record<string, string>> {
  const { 'Content-Type': _, ...others } = headers;
  return others;
}

function authorize(auth: VerifiedToken | null, requirements: Requirements): AnyAuthError | undefined {
  try {
    return checkRequirements(auth, requirements);
  } catch (thrown) {
    throw asError(thrown);
  }
}

function checkedSettings<TOptions extends GuardSettings>(options: TOptions): TOptions {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('The options of a guard are an object, such as { issuer, audience } or { verifier }');
  }
  if (options.onError !== undefined && options.onError !== 'respond' && options.onError !== 'framework') {
    throw new ConfigurationError("onError is 'respond' or 'framework'");
  }
  return options;
}

function checkedVerifier({ verifier, ...others }: SharedVerifier): Verifier {
  const [stray] = Object.keys(others);
  if (stray !== undefined) {
    throw new ConfigurationError(`${stray} cannot stand beside verifier: give it to createVerifier instead`);
  }
  if (typeof verifier?.authenticate !== 'function') {
    throw new ConfigurationError('verifier is what createVerifier returns');
  }
  return verifier;
}

import type { AnyAuthError } from '../errors.ts';
import type { VerifierOptions } from '../options/options.ts';
import type { OktaOptions } from '../providers/okta.ts';
import type { Challenge } from '../request/challenge.ts';
import type { NodeResponse } from '../request/node-response.ts';
import type { RequestLike } from '../request/request.ts';
import type { Requirements } from '../requirements.ts';
import type { MetadataResult } from '../resource/answer-metadata.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import type { AuthResult, Verifier } from '../verifier.ts';

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
  /**
   * Returns the answer to a request for the metadata of the API, before any authentication; undefined for other requests, and
   * without the option `resource`. Call it for a guard of every route; {@link answerMetadata} serves the metadata alone.
   */
  answerMetadata(request: RequestLike): MetadataResult;
  /**
   * Returns the answer to write if `onError` is `respond`.
   *
   * @param requirements - The requirements of the route. With the option `resource`, the challenge names all its scopes.
   */
  challenge(error: AnyAuthError, requirements?: Requirements): Challenge;
  /**
   * Returns the error to pass on if `onError` is `framework`: the same object, with the headers of the answer, and with
   * the public description as its message, also in `stack`, because error handlers and development pages write both to the
   * client. `code`, `claim` and `reason` are for the log.
   *
   * @param response - The response of Node.js, if the framework has one. The headers are on it when the framework writes it
   * with a status of 400 or more, even if the error handler does not know of them: see {@link keepChallengeOnWrite}.
   * @param requirements - As in {@link Guard.challenge}.
   */
  frameworkError(error: AnyAuthError, response?: NodeResponse, requirements?: Requirements): AnyAuthError;
  /** Closes the verifier that the guard created. A verifier that was passed in stays open for its other users. */
  close(): Promise<void>;
}

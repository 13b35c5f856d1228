import { denyAccess } from '../authorization/deny-access.ts';
import { type Policies, policiesOf } from '../authorization/policies.ts';
import { resolveRequirements } from '../authorization/resolve-requirements.ts';
import { createVerifier } from '../create-verifier.ts';
import { type AnyAuthError, ConfigurationError } from '../errors.ts';
import { asError } from '../lib/thrown-error.ts';
import { guardListenerOf } from '../observability/guard-listener.ts';
import type { VerifierOptions } from '../options/options.ts';
import { type Challenge, publicDescription } from '../request/challenge.ts';
import { keepChallengeOnWrite, type NodeResponse } from '../request/node-response.ts';
import type { RequestLike } from '../request/request.ts';
import type { Requirements } from '../requirements.ts';
import { answerMetadataOfOrigin, type MetadataResult } from '../resource/answer-metadata.ts';
import type { VerifiedToken } from '../token/verified-token.ts';
import type { AuthResult, Verifier } from '../verifier.ts';
import type { Guard, OnError, SharedVerifier } from './guard.ts';

/** The guard of one verifier. Closes it only if it created it. */
export class VerifierGuard implements Guard {
  readonly verifier: Verifier;
  readonly onError: OnError;
  readonly #isShared: boolean;
  readonly #policies: Policies;

  constructor(options: VerifierOptions | SharedVerifier, onError: OnError) {
    this.#isShared = isShared(options);
    this.verifier = isShared(options) ? parseSharedVerifier(options) : createVerifier(options);
    this.#policies = policiesOf(this.verifier);
    this.onError = onError;
  }

  authenticate(request: RequestLike, requirements?: Requirements): AuthResult | Promise<AuthResult> {
    return this.verifier.authenticate(request, requirements);
  }

  authorize(auth: VerifiedToken | null, requirements?: Requirements): AnyAuthError | undefined {
    const resolved = resolveRequirements(requirements, 'authorize', this.#policies);
    try {
      const denied = denyAccess(auth, resolved);
      // As a denial by `authenticate`: operators see the same whichever way a route states its requirements.
      if (denied !== undefined) guardListenerOf(this.verifier)?.denied(denied, auth?.issuer);
      else if (auth !== null && resolved.isRequiring) guardListenerOf(this.verifier)?.granted();
      return denied;
    } catch (thrown) {
      throw asError(thrown);
    }
  }

  answerMetadata(request: RequestLike): MetadataResult {
    return answerMetadataOfOrigin([this.verifier], request);
  }

  challenge(error: AnyAuthError, requirements?: Requirements): Challenge {
    return this.verifier.challenge(error, requirements);
  }

  frameworkError(error: AnyAuthError, response?: NodeResponse, requirements?: Requirements): AnyAuthError {
    const message = publicDescription(error);
    const headers = headersWithoutBody(this.challenge(error, requirements));
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

/** Whether the options of a guard are an existing verifier. */
export function isShared(options: object): options is SharedVerifier {
  return Object.hasOwn(options, 'verifier');
}

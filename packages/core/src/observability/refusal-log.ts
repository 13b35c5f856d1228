import type { AnyAuthError } from '../errors.ts';
import { isPreflightError } from '../request/preflight.ts';
import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import type { Counters } from './stats.ts';

// With one code.
const refusalsUntilWarning = 5;
// Health checks and crawlers have no token either.
const anonymousUntilWarning = 20;

const readOn = 'Read "My token gets a 401" in the README; NODE_DEBUG=verifier or the option debug shows each refusal';

/** The collaborators of a {@link RefusalLog}. */
export interface RefusalLogParts {
  readonly counters: Counters;
  readonly output: Pick<TelemetryRuntime, 'debug' | 'isDebugging'>;
  /** Warns the operator, unless the process has warned too often. */
  readonly warn: (message: string) => void;
  /** Returns the advice about a refusal; undefined if no option is the reason. */
  readonly advise: (error: AnyAuthError, issuer: string | undefined) => string | undefined;
}

/**
 * Explains refusals to developers, by a debug line for each, and to operators, by one warning for each code while no
 * request ever succeeded. Neither contains a value of the token, nor the text that `validate` returned.
 */
export class RefusalLog {
  readonly #parts: RefusalLogParts;
  #preflights = 0;
  #anonymous = 0;

  constructor(parts: RefusalLogParts) {
    this.#parts = parts;
  }

  /** A request was refused, and counted. */
  refused(error: AnyAuthError, issuer: string | undefined): void {
    const { output } = this.#parts;
    if (output.isDebugging()) output.debug(this.#debugLine(error, issuer));
    const finding = this.#findingOf(error, issuer);
    if (finding === undefined) return;
    const advice = this.#parts.advise(error, issuer);
    if (advice !== undefined) this.#parts.warn(`${finding}. ${textOf(error)}: ${advice}. ${readOn}`);
  }

  /** Returns what all requests so far have in common; undefined unless this refusal is the one to warn at. */
  #findingOf(error: AnyAuthError, issuer: string | undefined): string | undefined {
    if (error.code === 'ERR_CREDENTIALS_MISSING') return this.#missingTokens(error);
    const { refused, verified, granted } = this.#parts.counters;
    const isForbidden = error.status === 403;
    if ((isForbidden ? granted : verified) > 0 || refused[error.code] !== refusalsUntilWarning) return undefined;
    const from = issuer === undefined ? '' : `, the last one from ${issuer}`;
    const refusals = `${refusalsUntilWarning} tokens were refused with ${error.code}${from}`;
    return isForbidden
      ? `${refusals}, and none ever met the requirements of a route`
      : `${refusals}, and none was ever accepted`;
  }

  #missingTokens(error: AnyAuthError): string | undefined {
    const { code } = error;
    const { refused, verified } = this.#parts.counters;
    if (isPreflightError(error)) {
      this.#preflights += 1;
      if (verified > 0 || this.#preflights !== refusalsUntilWarning) return undefined;
      return `${refusalsUntilWarning} CORS preflights were refused with ${code}, and no token was ever accepted`;
    }
    this.#anonymous += 1;
    const hasTokens = verified > 0 || Object.keys(refused).length > 1;
    if (hasTokens || this.#anonymous !== anonymousUntilWarning) return undefined;
    return `${anonymousUntilWarning} requests were refused with ${code}, and none ever had a token`;
  }

  #debugLine(error: AnyAuthError, issuer: string | undefined): string {
    const claim = 'claim' in error ? ` (${error.claim})` : '';
    const advice = this.#parts.advise(error, issuer);
    const details = advice === undefined ? textOf(error) : `${textOf(error)}: ${advice}`;
    return `${issuer ?? 'no issuer'}: refused, ${error.code}${claim}. ${details}`;
  }
}

// The message of a rejected token is a text of the application, which may quote the token.
function textOf({ code, message }: AnyAuthError): string {
  return code === 'ERR_TOKEN_REJECTED' ? 'The token was rejected' : message;
}

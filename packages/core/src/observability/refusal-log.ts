import type { AnyAuthError } from '../errors.ts';
import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import type { Counters } from './stats.ts';

// With one code.
const refusalsUntilWarning = 5;

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
 * Explains refusals to developers, by a debug line for each, and to operators, by one warning for each code while no token
 * was ever accepted. Neither contains a value of the token, nor the text that `validate` returned.
 */
export class RefusalLog {
  readonly #parts: RefusalLogParts;
  #preflights = 0;

  constructor(parts: RefusalLogParts) {
    this.#parts = parts;
  }

  /** A token was refused, and counted. */
  refused(error: AnyAuthError, issuer: string | undefined): void {
    const { output, counters } = this.#parts;
    if (output.isDebugging()) output.debug(this.#debugLine(error, issuer));
    if (counters.verified > 0 || counters.refused[error.code] !== refusalsUntilWarning) return;
    const advice = this.#parts.advise(error, issuer);
    if (advice === undefined) return;
    const from = issuer === undefined ? '' : `, the last one from ${issuer}`;
    this.#parts.warn(
      `${refusalsUntilWarning} tokens were refused with ${error.code}${from}, and none was ever accepted. ${textOf(error)}: ${advice}. ${readOn}`,
    );
  }

  /** A CORS preflight was refused: browsers send it without credentials. */
  preflightRefused(): void {
    const { counters } = this.#parts;
    this.#preflights += 1;
    if (counters.verified > 0 || this.#preflights !== refusalsUntilWarning) return;
    this.#parts.warn(
      `${refusalsUntilWarning} CORS preflights were refused with ERR_CREDENTIALS_MISSING, and no token was ever accepted. Browsers send preflights without a token: add CORS before the authentication. ${readOn}`,
    );
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

import type { UnavailableError } from '../errors.ts';
import type { DocumentListener } from '../keys/document-listener.ts';
import { IssuerMismatchError } from '../keys/issuer-mismatch-error.ts';
import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import { ChangeWarning } from './change-warning.ts';
import type { EventListener } from './events.ts';
import { failureEvent } from './failure-event.ts';

type Output = Pick<TelemetryRuntime, 'warn' | 'debug'>;

/** The part of the log for the metadata. An outage of the metadata alone affects no token, so that none is reported. */
export class MetadataLog implements DocumentListener {
  readonly #issuer: string;
  readonly #publish: EventListener;
  readonly #output: Output;
  readonly #warning: ChangeWarning;

  constructor(issuer: string, publish: EventListener, output: Output) {
    this.#issuer = issuer;
    this.#publish = publish;
    this.#output = output;
    this.#warning = new ChangeWarning(output, 'VERIFIER_ISSUER_MISMATCH');
  }

  refreshed(seconds: number): void {
    this.#warning.update(undefined);
    this.#publish({ type: 'refreshed', issuer: this.#issuer, document: 'metadata', seconds });
  }

  failed(error: UnavailableError, failures: number, seconds: number): void {
    this.#warning.update(mismatchOf(this.#issuer, error));
    this.#output.debug(`${this.#issuer}: metadata not usable (${error.code})`);
    this.#publish(failureEvent(this.#issuer, 'metadata', error, failures, seconds));
  }

  outageEntered(): void {}

  outageLeft(): void {}
}

function mismatchOf(issuer: string, { cause }: UnavailableError): string | undefined {
  if (!(cause instanceof IssuerMismatchError)) return undefined;
  return `The metadata of ${JSON.stringify(issuer)} name the issuer ${JSON.stringify(cause.named)}: configure that one if it is the issuer that you trust`;
}

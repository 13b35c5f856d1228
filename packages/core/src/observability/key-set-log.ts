import type { UnavailableError } from '../errors.ts';
import type { DocumentListener } from '../keys/document-listener.ts';
import type { KeySetListener } from '../keys/key-set-listener.ts';
import type { PublishedKey } from '../keys/published-key.ts';
import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import { ChangeWarning } from './change-warning.ts';
import type { EventListener, VerifierEvent } from './events.ts';
import { failureEvent } from './failure-event.ts';
import { MetadataLog } from './metadata-log.ts';

type Output = Pick<TelemetryRuntime, 'warn' | 'debug'>;

/** Publishes what happens to the documents of one issuer: events for programs, warnings and debug lines for operators. */
export class KeySetLog implements KeySetListener {
  readonly metadata: DocumentListener;
  readonly #issuer: string;
  readonly #publish: EventListener;
  readonly #output: Output;
  readonly #keySetWarning: ChangeWarning;

  constructor(issuer: string, publish: EventListener, output: Output) {
    this.#issuer = issuer;
    this.#publish = publish;
    this.#output = output;
    this.metadata = new MetadataLog(issuer, publish, output);
    this.#keySetWarning = new ChangeWarning(output, 'VERIFIER_KEY_SET_INVALID');
  }

  refreshed(seconds: number): void {
    this.#keySetWarning.update(undefined);
    this.#output.debug(`${this.#issuer}: keys refreshed`);
    this.#publish({ type: 'refreshed', issuer: this.#issuer, document: 'keys', seconds });
  }

  failed(error: UnavailableError, failures: number, seconds: number): void {
    this.#keySetWarning.update(invalidityOf(this.#issuer, error));
    this.#output.debug(`${this.#issuer}: keys not refreshed (${error.code})`);
    this.#publish(failureEvent(this.#issuer, 'keys', error, failures, seconds));
  }

  outageEntered(error: UnavailableError): void {
    const message = `The keys of ${this.#issuer} cannot be fetched (${error.code}): ${reasonOf(error)}`;
    this.#output.warn(message, 'VERIFIER_OUTAGE');
    this.#publish({ type: 'outage-entered', issuer: this.#issuer, code: error.code });
  }

  outageLeft(seconds: number): void {
    const message = `The keys of ${this.#issuer} can be fetched again after ${Math.round(seconds)} s`;
    this.#output.warn(message, 'VERIFIER_OUTAGE_ENDED');
    this.#publish({ type: 'outage-left', issuer: this.#issuer, seconds });
  }

  changed(added: readonly PublishedKey[], removed: readonly PublishedKey[]): void {
    for (const key of added) this.#publish(keyEvent('key-added', this.#issuer, key));
    for (const key of removed) this.#publish(keyEvent('key-removed', this.#issuer, key));
  }
}

function keyEvent(type: 'key-added' | 'key-removed', issuer: string, { kid, alg }: PublishedKey): VerifierEvent {
  return { type, issuer, kid, alg: alg ?? 'RSA' };
}

function invalidityOf(issuer: string, error: UnavailableError): string | undefined {
  if (error.code !== 'ERR_KEY_SET_INVALID') return undefined;
  return `The key set of ${issuer} is not usable, and the previous one, if any, stays in use: ${reasonOf(error)}`;
}

function reasonOf({ message, cause }: UnavailableError): string {
  const causeMessage = cause instanceof Error ? cause.message : undefined;
  return causeMessage === undefined || message.includes(causeMessage) ? message : `${message}: ${causeMessage}`;
}

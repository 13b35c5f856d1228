import type { UnavailableError } from '../errors.ts';
import { IssuerMismatch } from '../keys/discovery.ts';
import type { PublishedKey } from '../keys/key-set.ts';
import type { KeySetListener } from '../keys/key-set-listener.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { EventListener, VerifierEvent } from './events.ts';

type Output = Pick<Runtime, 'warn' | 'debug'>;

/** The outcome of one fetch of an issuer's metadata. */
export interface MetadataOutcome {
  readonly error?: UnavailableError;
  readonly seconds: number;
}

/** Publishes what happens to the documents of one issuer: events for programs, warnings and debug lines for operators. */
export class KeySetLog implements KeySetListener {
  readonly #issuer: string;
  readonly #publish: EventListener;
  readonly #output: Output;
  readonly #metadataWarning: ChangeWarning;
  readonly #keySetWarning: ChangeWarning;
  #metadataFailures = 0;

  constructor(issuer: string, publish: EventListener, output: Output) {
    this.#issuer = issuer;
    this.#publish = publish;
    this.#output = output;
    this.#metadataWarning = new ChangeWarning(output, 'VERIFIER_ISSUER_MISMATCH');
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
    this.#publishFailure('keys', error, failures, seconds);
  }

  metadata({ error, seconds }: MetadataOutcome): void {
    if (error === undefined) {
      this.#metadataFailures = 0;
      this.#metadataWarning.update(undefined);
      this.#publish({ type: 'refreshed', issuer: this.#issuer, document: 'metadata', seconds });
      return;
    }
    this.#metadataFailures += 1;
    this.#metadataWarning.update(mismatchOf(this.#issuer, error));
    this.#output.debug(`${this.#issuer}: metadata not usable (${error.code})`);
    this.#publishFailure('metadata', error, this.#metadataFailures, seconds);
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

  #publishFailure(document: 'metadata' | 'keys', { code }: UnavailableError, failures: number, seconds: number): void {
    this.#publish({ type: 'refresh-failed', issuer: this.#issuer, document, code, failures, seconds });
  }
}

/** A warning that is repeated only after its message changed, not for each failed fetch. */
class ChangeWarning {
  readonly #output: Output;
  readonly #code: string;
  #last: string | undefined;

  constructor(output: Output, code: string) {
    this.#output = output;
    this.#code = code;
  }

  update(message: string | undefined): void {
    if (message !== undefined && message !== this.#last) this.#output.warn(message, this.#code);
    this.#last = message;
  }
}

function keyEvent(type: 'key-added' | 'key-removed', issuer: string, { kid, alg }: PublishedKey): VerifierEvent {
  return { type, issuer, kid, alg: alg ?? 'RSA' };
}

function mismatchOf(issuer: string, { cause }: UnavailableError): string | undefined {
  if (!(cause instanceof IssuerMismatch)) return undefined;
  return `The metadata of ${JSON.stringify(issuer)} name the issuer ${JSON.stringify(cause.named)}: configure that one if it is the issuer that you trust`;
}

function invalidityOf(issuer: string, error: UnavailableError): string | undefined {
  if (error.code !== 'ERR_KEY_SET_INVALID') return undefined;
  return `The key set of ${issuer} is not usable, and the previous one, if any, stays in use: ${reasonOf(error)}`;
}

function reasonOf({ message, cause }: UnavailableError): string {
  const causeMessage = cause instanceof Error ? cause.message : undefined;
  return causeMessage === undefined || causeMessage === message ? message : `${message}: ${causeMessage}`;
}

import type { UnavailableError } from '../errors.ts';
import type { DocumentListener } from '../keys/document-listener.ts';
import { IssuerMismatchError } from '../keys/issuer-mismatch-error.ts';
import type { PublishedKey } from '../keys/key-set.ts';
import type { KeySetListener } from '../keys/key-set-listener.ts';
import type { TelemetryRuntime } from '../runtime/telemetry-runtime.ts';
import type { VerifierEvent } from './events.ts';

/** Publishes the events of one issuer's documents, and writes warnings and debug lines for the operator. */
export interface KeySetLog extends KeySetListener {
  readonly metadata: DocumentListener;
}

type Operator = Pick<TelemetryRuntime, 'warn' | 'debug'>;

/** Creates the log of one issuer. */
export function createKeySetLog(
  issuer: string,
  publish: (event: VerifierEvent) => void,
  operator: Operator,
): KeySetLog {
  const warnOfMetadata = warnOnChange(operator, 'VERIFIER_ISSUER_MISMATCH');
  const warnOfKeySet = warnOnChange(operator, 'VERIFIER_KEY_SET_INVALID');
  return {
    refreshed(seconds) {
      warnOfKeySet(undefined);
      operator.debug(`${issuer}: keys refreshed`);
      publish({ type: 'refreshed', issuer, document: 'keys', seconds });
    },
    failed(error, failures, seconds) {
      warnOfKeySet(invalidityOf(issuer, error));
      operator.debug(`${issuer}: keys not refreshed (${error.code})`);
      publish({ type: 'refresh-failed', issuer, document: 'keys', code: error.code, failures, seconds });
    },
    metadata: {
      refreshed(seconds) {
        warnOfMetadata(undefined);
        publish({ type: 'refreshed', issuer, document: 'metadata', seconds });
      },
      failed(error, failures, seconds) {
        warnOfMetadata(mismatchOf(issuer, error));
        operator.debug(`${issuer}: metadata not usable (${error.code})`);
        publish({ type: 'refresh-failed', issuer, document: 'metadata', code: error.code, failures, seconds });
      },
      // Only an outage of the key set affects tokens.
      outageEntered: () => undefined,
      outageLeft: () => undefined,
    },
    outageEntered(error) {
      operator.warn(`The keys of ${issuer} cannot be fetched (${error.code}): ${reasonOf(error)}`, 'VERIFIER_OUTAGE');
      publish({ type: 'outage-entered', issuer, code: error.code });
    },
    outageLeft(seconds) {
      operator.warn(
        `The keys of ${issuer} can be fetched again after ${Math.round(seconds)} s`,
        'VERIFIER_OUTAGE_ENDED',
      );
      publish({ type: 'outage-left', issuer, seconds });
    },
    changed(added, removed) {
      for (const key of added) publish(keyEvent('key-added', issuer, key));
      for (const key of removed) publish(keyEvent('key-removed', issuer, key));
    },
  };
}

function keyEvent(type: 'key-added' | 'key-removed', issuer: string, { kid, alg }: PublishedKey): VerifierEvent {
  return { type, issuer, kid, alg: alg ?? 'RSA' };
}

// What is wrong with a document is said when it becomes so, not at every attempt to read it.
function warnOnChange(operator: Operator, code: string): (message: string | undefined) => void {
  let last: string | undefined;
  return (message) => {
    if (message !== undefined && message !== last) operator.warn(message, code);
    last = message;
  };
}

function mismatchOf(issuer: string, { cause }: UnavailableError): string | undefined {
  if (!(cause instanceof IssuerMismatchError)) return undefined;
  return `The metadata of ${JSON.stringify(issuer)} name the issuer ${JSON.stringify(cause.named)}: configure that one, if it is the issuer that you trust`;
}

function invalidityOf(issuer: string, error: UnavailableError): string | undefined {
  if (error.code !== 'ERR_KEY_SET_INVALID') return undefined;
  return `The key set of ${issuer} is not usable, and an older one stays in use if there is one: ${reasonOf(error)}`;
}

function reasonOf({ message, cause }: UnavailableError): string {
  const beneath = cause instanceof Error ? cause.message : undefined;
  return beneath === undefined || beneath === message ? message : `${message}: ${beneath}`;
}

import type { UnavailableError } from '../errors.ts';
import type { DocumentName, VerifierEvent } from './events.ts';

/** The event for a fetch that failed. */
export function failureEvent(
  issuer: string,
  document: DocumentName,
  { code }: UnavailableError,
  failures: number,
  seconds: number,
): VerifierEvent {
  return { type: 'refresh-failed', issuer, document, code, failures, seconds };
}

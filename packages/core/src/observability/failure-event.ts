import type { UnavailableError } from '../errors.ts';
import { DocumentError } from '../http/document-error.ts';
import type { DocumentName, FetchFailureKind, VerifierEvent } from './events.ts';

/** The event for a fetch that failed. */
export function failureEvent(
  issuer: string,
  document: DocumentName,
  error: UnavailableError,
  failures: number,
  seconds: number,
): VerifierEvent {
  const { code } = error;
  return { type: 'refresh-failed', issuer, document, code, kind: kindOf(document, error), failures, seconds };
}

function kindOf(document: DocumentName, { code, cause }: UnavailableError): FetchFailureKind {
  const isOfMetadata = code === 'ERR_DISCOVERY_FAILED' || code === 'ERR_DISCOVERY_ISSUER_MISMATCH';
  if (document === 'keys' && isOfMetadata) return 'metadata';
  return cause instanceof DocumentError ? cause.fault : 'content';
}

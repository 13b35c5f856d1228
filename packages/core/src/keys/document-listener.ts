import type { UnavailableError } from '../errors.ts';

/** Receives the events of one document. Implementations never throw. */
export interface DocumentListener {
  /** The document was fetched or confirmed. */
  refreshed(seconds: number): void;
  /** @param failures - Consecutive failures. */
  failed(error: UnavailableError, failures: number, seconds: number): void;
  /** The document is absent or beyond its life, and could not be refreshed. */
  outageEntered(error: UnavailableError): void;
  outageLeft(seconds: number): void;
}

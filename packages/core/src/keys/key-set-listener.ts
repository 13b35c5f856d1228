import type { UnavailableError } from '../errors.ts';
import type { PublishedKey } from './key-set.ts';

/** What happens to a key set, for whoever wants to know. Nothing here may throw. */
export interface KeySetListener {
  refreshed(seconds: number): void;
  failed(error: UnavailableError, failures: number, seconds: number): void;
  /** The set in use, if there is one, is beyond its life, and could not be refreshed. */
  outageEntered(error: UnavailableError): void;
  outageLeft(seconds: number): void;
  changed(added: readonly PublishedKey[], removed: readonly PublishedKey[]): void;
}

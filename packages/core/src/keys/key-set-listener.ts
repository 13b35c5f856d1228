import type { DocumentListener } from './document-listener.ts';
import type { PublishedKey } from './published-key.ts';

/** Receives the events of a key set. Implementations never throw. */
export interface KeySetListener extends DocumentListener {
  changed(added: readonly PublishedKey[], removed: readonly PublishedKey[]): void;
}

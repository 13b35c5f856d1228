import type { DocumentStore, StoredDocument } from './document-store.ts';

/** Stores documents in the memory of the process. */
export class MemoryDocumentStore implements DocumentStore {
  readonly #documents: Map<string, StoredDocument> = new Map();

  get(key: string): StoredDocument | undefined {
    return this.#documents.get(key);
  }

  set(key: string, document: StoredDocument): void {
    this.#documents.set(key, document);
  }
}

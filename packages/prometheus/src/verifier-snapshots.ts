import type { Verifier } from '@verifier/core';
import { SnapshotSource, type VerifierSnapshot } from './snapshot-source.ts';

type Named = readonly [name: string, snapshot: VerifierSnapshot];

/** The verifiers of one registry. Reads each of them once in a scrape, however many metrics are published. */
export class VerifierSnapshots {
  readonly #sources: Map<string, SnapshotSource> = new Map();
  #current: readonly Named[] | undefined;

  /** Adds a verifier. Returns false if its name is taken. */
  add(name: string, verifier: Pick<Verifier, 'stats'>): boolean {
    if (this.#sources.has(name)) return false;
    this.#sources.set(name, new SnapshotSource(verifier));
    return true;
  }

  /** Removes a verifier. Returns the number of the remaining ones. */
  remove(name: string): number {
    this.#sources.delete(name);
    return this.#sources.size;
  }

  /** A registry reads all metrics of a scrape in one turn, so a snapshot is valid until the next microtask. */
  read(): readonly Named[] {
    if (this.#current === undefined) {
      this.#current = [...this.#sources].map(([name, source]) => [name, source.read()] as const);
      queueMicrotask(() => {
        this.#current = undefined;
      });
    }
    return this.#current;
  }
}

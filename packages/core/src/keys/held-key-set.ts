import { UnavailableError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { KeyDocument, KnownDocument } from './document-source.ts';
import { createKeySet, type KeySet } from './key-set.ts';
import type { KeySetListener } from './key-set-listener.ts';

/** The one key set of an issuer that is in memory: a new one replaces the old one and never joins it. */
export class HeldKeySet {
  readonly #runtime: Runtime;
  readonly #observer: KeySetListener;
  #set: KeySet | undefined;
  #document: KnownDocument | undefined;

  constructor(runtime: Runtime, observer: KeySetListener) {
    this.#runtime = runtime;
    this.#observer = observer;
  }

  get current(): KeySet | undefined {
    return this.#set;
  }

  /** The document that the set was read from. */
  get document(): KnownDocument | undefined {
    return this.#document;
  }

  /**
   * Takes over what a fetch brought.
   *
   * @returns Whether that was the word that the set at hand is still good.
   * @throws UnavailableError with ERR_KEY_SET_INVALID where it holds no key; the set at hand stays.
   */
  take(document: KeyDocument): boolean {
    const isConfirmed = document.unchanged && this.#set !== undefined;
    if (!isConfirmed) this.#replace(this.#read(document.json));
    this.#document = { url: document.url, etag: document.etag };
    return isConfirmed;
  }

  forget(): void {
    this.#set = undefined;
    this.#document = undefined;
  }

  #read(json: unknown): KeySet {
    const { keys: members } = (json ?? {}) as { keys?: unknown };
    if (!Array.isArray(members)) throw invalidKeySet('The key set of the issuer is not a JWK set');
    const set = createKeySet(members, this.#runtime, this.#set);
    if (set.keys.length === 0) throw invalidKeySet('The key set of the issuer holds no usable key');
    return set;
  }

  #replace(next: KeySet): void {
    const before = new Set(this.#set?.keys);
    const after = new Set(next.keys);
    this.#set = next;
    const added = next.keys.filter((key) => !before.has(key));
    const removed = [...before].filter((key) => !after.has(key));
    if (added.length + removed.length > 0) this.#observer.changed(added, removed);
  }
}

function invalidKeySet(message: string): UnavailableError {
  return new UnavailableError('ERR_KEY_SET_INVALID', message);
}

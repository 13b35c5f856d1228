import type { JwsHeader } from './verified-token.ts';

/**
 * The protected headers of tokens with a valid signature, by their encoded text. All tokens of one key usually have the
 * same header. A client without a signing key cannot add one.
 */
export class HeaderCache {
  readonly #headers: Map<string, JwsHeader> = new Map();

  get(encoded: string): JwsHeader | undefined {
    return this.#headers.get(encoded);
  }

  set(encoded: string, header: JwsHeader): void {
    if (this.#headers.has(encoded)) return;
    // An issuer whose headers all differ gains nothing from the cache, and must not fill the memory.
    if (this.#headers.size >= maxHeaders) this.#headers.clear();
    this.#headers.set(copyOf(encoded), header);
  }
}

const maxHeaders = 256;

// A substring may keep the whole string in memory, and the whole string is a valid token.
function copyOf(encoded: string): string {
  return atob(btoa(encoded));
}

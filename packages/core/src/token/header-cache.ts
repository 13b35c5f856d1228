import type { JwsHeader } from './verified-token.ts';

/**
 * The protected headers of tokens whose signature held, by their encoded text: all tokens of one key have the same.
 * Nobody without a signing key can put one in.
 */
export class HeaderCache {
  readonly #headers: Map<string, JwsHeader> = new Map();

  get(encoded: string): JwsHeader | undefined {
    return this.#headers.get(encoded);
  }

  set(encoded: string, header: JwsHeader): void {
    if (this.#headers.has(encoded)) return;
    // An issuer that puts something new in every header gains nothing here, and costs no memory.
    if (this.#headers.size >= maxHeaders) this.#headers.clear();
    this.#headers.set(copyOf(encoded), header);
  }
}

const maxHeaders = 256;

// A part of a string may hold on to all of it, and that is a live token.
function copyOf(encoded: string): string {
  return atob(btoa(encoded));
}

/** Repeats a list of tokens. With more tokens than a cache keeps, each is evicted before it is used again. */
export class TokenRing {
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(tokens: readonly string[]) {
    if (tokens.length === 0) throw new Error('The list of tokens is empty');
    this.#tokens = tokens;
  }

  next(): string {
    const token = this.#tokens[this.#next] ?? '';
    this.#next = this.#next + 1 === this.#tokens.length ? 0 : this.#next + 1;
    return token;
  }
}

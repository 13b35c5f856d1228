/** Tokens in turn, over and over: with more of them than a cache keeps, each is gone from it when it comes again. */
export class TokenRing {
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(tokens: readonly string[]) {
    if (tokens.length === 0) throw new Error('There are no tokens');
    this.#tokens = tokens;
  }

  next(): string {
    const token = this.#tokens[this.#next] ?? '';
    this.#next = this.#next + 1 === this.#tokens.length ? 0 : this.#next + 1;
    return token;
  }
}

/** The `cause` of an error about metadata that name a different issuer. */
export class IssuerMismatchError extends Error {
  /** The issuer in the metadata. */
  readonly named: string;

  constructor(named: string) {
    super('The metadata names another issuer');
    this.named = named;
  }
}

Object.defineProperty(IssuerMismatchError.prototype, 'name', { value: 'IssuerMismatchError', enumerable: false });

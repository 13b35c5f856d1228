/** The attributes of metrics and spans. None contains a value that a client chose. */
export const attributeNames = {
  /** The name of the verifier, as given to `instrumentVerifier`. */
  name: 'verifier.name',
  /** A configured issuer, or `other`. */
  issuer: 'verifier.issuer',
  scheme: 'verifier.scheme',
  /** Whether the token had been verified before. */
  cached: 'verifier.token.cached',
  /** `metadata` or `keys`. */
  document: 'verifier.document',
  /** `hit` or `miss`, `success` or `failure`. */
  result: 'verifier.result',
  notModified: 'verifier.not_modified',
  error: 'error.type',
  status: 'http.response.status_code',
  subject: 'enduser.pseudo.id',
} as const;

/** Replaces every issuer that is not configured, so that the number of time series is bounded. */
export const otherIssuer = 'other';

import type { RawResponse } from './exchange.ts';

/**
 * The part of an answer that every adapter must give byte for byte: status, challenges, storage, body, and media type
 * without parameters. `Retry-After` is compared by presence and range.
 */
export interface Answer {
  readonly status: number;
  /** Each `WWW-Authenticate` header line. */
  readonly wwwAuthenticate: readonly string[];
  readonly retryAfter: 'absent' | 'from 1 to 300 seconds' | 'invalid';
  /** The value of `Cache-Control`; empty if it was not sent. */
  readonly cacheControl: string;
  readonly mediaType: string;
  /** Whether `DPoP-Nonce` has the form of a nonce; its value depends on the time. */
  readonly dpopNonce: 'absent' | 'a nonce' | 'invalid';
  /** The fields `Allow` and `Access-Control-*`, with names in lower case and in their order. */
  readonly access: readonly string[];
  /** The exact body, with {@link issuerPlaceholder} instead of the issuer's identifier. */
  readonly body: string;
}

/** Replaces the issuer's identifier in a body, because its port differs in each run. */
export const issuerPlaceholder = 'https://issuer.example';

/** Reduces a response to its compared part. */
export function toAnswer(response: RawResponse, issuer: string): Answer {
  const valuesOf = (name: string): string[] =>
    response.headers.filter(([candidate]) => candidate.toLowerCase() === name).map(([, value]) => value);
  const [contentType = ''] = valuesOf('content-type');
  const [mediaType = ''] = contentType.split(';');
  return {
    status: response.status,
    wwwAuthenticate: valuesOf('www-authenticate'),
    retryAfter: readRetryAfter(valuesOf('retry-after')),
    cacheControl: valuesOf('cache-control').join(', '),
    access: accessOf(response),
    dpopNonce: readNonce(valuesOf('dpop-nonce')),
    mediaType: mediaType.trim().toLowerCase(),
    body: response.body.replaceAll(issuer, issuerPlaceholder),
  };
}

function accessOf({ headers }: RawResponse): readonly string[] {
  const fields = headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`);
  return fields.filter((field) => /^(?:allow|access-control-[\w-]+):/.test(field)).toSorted();
}

function readRetryAfter(values: readonly string[]): Answer['retryAfter'] {
  const [value, ...more] = values;
  if (value === undefined) return 'absent';
  const inRange = /^[1-9]\d{0,2}$/.test(value) && Number(value) <= 300;
  return inRange && more.length === 0 ? 'from 1 to 300 seconds' : 'invalid';
}

function readNonce(values: readonly string[]): Answer['dpopNonce'] {
  const [value, ...more] = values;
  if (value === undefined) return 'absent';
  return /^[\w-]{22}$/.test(value) && more.length === 0 ? 'a nonce' : 'invalid';
}

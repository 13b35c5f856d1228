import type { Deadline } from './deadline.ts';
import { DocumentError } from './document-error.ts';

/** Headers of each fetch, or a function that returns them. */
export type DocumentHeaders = HeaderValues | (() => HeaderValues | Promise<HeaderValues>);

type HeaderValues = Readonly<Record<string, string>>;

/**
 * The headers of one request for a document.
 *
 * @param etag - The ETag of the cached copy.
 * @throws DocumentError if the function of the application fails, or returns no headers.
 */
export async function resolveHeaders(
  given: DocumentHeaders,
  etag: string | undefined,
  deadline: Deadline,
): Promise<Record<string, string>> {
  const values = typeof given === 'function' ? await callHeaders(given, deadline) : given;
  const conditional = etag === undefined ? {} : { 'if-none-match': etag };
  return { accept: 'application/json, application/jwk-set+json', ...values, ...conditional };
}

// The application may fetch a token of its own: the deadline of the exchange includes that.
async function callHeaders(
  headers: () => HeaderValues | Promise<HeaderValues>,
  deadline: Deadline,
): Promise<HeaderValues> {
  const call = async (): Promise<HeaderValues> => Object.fromEntries(new Headers({ ...(await headers()) }).entries());
  return await deadline.bound(
    call().catch((cause: unknown) => {
      throw new DocumentError('headers', 'The function http.headers failed, or returned no header names and values', {
        cause,
      });
    }),
  );
}

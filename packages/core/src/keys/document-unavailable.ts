import { UnavailableError, type UnavailableErrorCode } from '../errors.ts';
import { DocumentError } from '../http/document-error.ts';

/**
 * The error for a document that cannot be fetched. A page instead of the document comes from a gateway or a login in front
 * of the issuer: the message says so, because the operator must look there.
 */
export function documentUnavailable(code: UnavailableErrorCode, message: string, cause: unknown): UnavailableError {
  const isPage = cause instanceof DocumentError && cause.fault === 'content-type';
  return new UnavailableError(code, isPage ? `${message}: ${cause.message}` : message, { cause });
}

import { UnavailableError, type UnavailableErrorCode } from '../errors.ts';
import { DocumentError } from '../http/document-error.ts';

/**
 * The error for a document that cannot be fetched. Its message has each URL, the reason and the proxy, because the operator
 * must look there.
 *
 * @param cause - The failure that says most.
 * @param failures - All of them, if several URLs were requested.
 */
export function documentUnavailable(
  code: UnavailableErrorCode,
  message: string,
  cause: unknown,
  failures: readonly unknown[] = [cause],
): UnavailableError {
  const reasons = failures.filter((failure) => failure instanceof DocumentError).map(({ description }) => description);
  const text = reasons.length === 0 ? message : `${message}. ${reasons.join('; ')}`;
  return new UnavailableError(code, text, { cause });
}

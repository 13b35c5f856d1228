import { HttpLibraryError } from '../runtime/http-library-error.ts';
import { DocumentError } from './document-error.ts';

// An error of the application's own fetch may be its own cause.
const maxCauses = 8;
// Of OpenSSL and Node.js.
const certificateCodes = /CERT|^UNABLE_TO_|^(?:HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/;
const tooLargeCodes = ['UND_ERR_RES_EXCEEDED_MAX_SIZE'];
// The codes of Node.js for a body that is not in its content coding: zlib, brotli and zstd.
const decodingCode = /^(?:Z_|ERR__ERROR_|ZSTD_error_)/;

/** Names what ended an exchange. Names a cause by its code, which an operator can look up: messages contain addresses. */
export function requestFault(cause: unknown, maxResponseSize: number): DocumentError {
  return cause instanceof HttpLibraryError
    ? new DocumentError('library', cause.message, { cause })
    : connectionFault(cause, maxResponseSize);
}

function connectionFault(cause: unknown, maxResponseSize: number): DocumentError {
  let beneath = cause;
  while (!hasCode(beneath) && causeOf(beneath) !== undefined) beneath = causeOf(beneath);
  if (hasCode(beneath) && tooLargeCodes.includes(beneath.code)) return tooLarge(maxResponseSize);
  const code = hasCode(beneath) ? beneath.code : undefined;
  if (code !== undefined && decodingCode.test(code)) {
    return new DocumentError('decoding', `The content coding of the answer cannot be decoded (${code})`, { cause });
  }
  return new DocumentError('network', connectionReason(cause, code), { cause });
}

function connectionReason(cause: unknown, code: string | undefined): string {
  const status = proxyStatus(cause);
  if (status === '407') return 'The proxy requires credentials (status 407)';
  if (status !== undefined) return `The proxy refused the connection (status ${status})`;
  if (code === undefined) return isBlockedPort(cause) ? 'The connection failed (bad port)' : 'The connection failed';
  return certificateCodes.test(code)
    ? `The certificate of the server is not accepted (${code})`
    : `The connection failed (${code})`;
}

// undici reports the answer of a proxy only in the text of an error.
function proxyStatus(error: unknown, depth = 0): string | undefined {
  const { message, cause } = Object(error) as { message?: unknown; cause?: unknown };
  const text = typeof message === 'string' ? message : '';
  const status = /^proxy authentication required/i.test(text) ? '407' : /^Proxy response \((\d{3})\)/.exec(text)?.[1];
  return status ?? (cause === undefined || depth === maxCauses ? undefined : proxyStatus(cause, depth + 1));
}

// The Fetch Standard, section 2.9. Node.js gives that error no code.
function isBlockedPort(error: unknown): boolean {
  return [error, causeOf(error)].some((each) => (Object(each) as { message?: unknown }).message === 'bad port');
}

function causeOf(error: unknown): unknown {
  return (Object(error) as { cause?: unknown }).cause;
}

function hasCode(error: unknown): error is { readonly code: string } {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Za-z0-9_]{1,60}$/.test(code);
}

/** The fault of a document that is larger than the limit, in bytes. */
export function tooLarge(maxResponseSize: number): DocumentError {
  return new DocumentError('size', `The answer is larger than ${maxResponseSize} bytes`);
}

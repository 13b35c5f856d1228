import type { AnyAuthError, Guard } from '@verifier/core';

/** The data of an exception that denies a message: what core answers to a request, in the form that Nest gives exceptions. */
export interface MessageDenial {
  readonly status: 'error';
  /** The description for the client, as in the body of an HTTP answer. */
  readonly message: string;
  /** The error code of RFC 6750, as in the body of an HTTP answer. */
  readonly error: string;
  /** The status that a request would be answered with. */
  readonly statusCode: number;
  /** The scopes that the handler requires, if one is missing. */
  readonly scope?: string;
  /** Seconds until a retry can succeed, if the keys are unavailable. */
  readonly retryAfter?: number;
}

/** Converts the answer of core to a denied request for a denied message. */
export function toMessageDenial(guard: Guard, error: AnyAuthError): MessageDenial {
  const body: { error: string; error_description: string } = JSON.parse(guard.challenge(error).body);
  const denial = { message: body.error_description, error: body.error, statusCode: error.status };
  return { status: 'error', ...denial, ...detailsOf(error) };
}

function detailsOf(error: AnyAuthError): Pick<MessageDenial, 'scope' | 'retryAfter'> {
  if ('retryAfter' in error) return { retryAfter: error.retryAfter };
  return 'scope' in error && error.scope.length > 0 ? { scope: error.scope.join(' ') } : {};
}

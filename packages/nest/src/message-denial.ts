import type { AnyAuthError, AuthenticationError, Guard } from '@verifier/core';

/** The data of an exception that denies a message: what core answers to a request, in the form that Nest gives exceptions. */
export interface MessageDenial {
  readonly status: 'error';
  /** The description for the client, as in the body of an HTTP answer. */
  readonly message: string;
  /** The error code of RFC 6750, as in the body of an HTTP answer. */
  readonly error: string;
  /** The status that a request would be answered with. */
  readonly statusCode: number;
  /** The values of `acr` that the handler accepts, separated by spaces, if the login has none of them. */
  readonly acrValues?: string;
  /** The greatest age of the login in seconds, if it is older. */
  readonly maxAge?: number;
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

type Details = Omit<MessageDenial, 'status' | 'message' | 'error' | 'statusCode'>;

function detailsOf(error: AnyAuthError): Details {
  if (error.status === 503) return { retryAfter: error.retryAfter };
  if (error.code === 'ERR_AUTHENTICATION_INSUFFICIENT') return loginDetails(error);
  return error.status === 403 ? scopeDetails(error.scope) : {};
}

function loginDetails({ acrValues, maxAge, scope }: AuthenticationError): Details {
  return {
    ...(acrValues.length > 0 && { acrValues: acrValues.join(' ') }),
    ...(maxAge !== undefined && { maxAge }),
    ...scopeDetails(scope),
  };
}

function scopeDetails(scope: readonly string[]): Details {
  return scope.length > 0 ? { scope: scope.join(' ') } : {};
}

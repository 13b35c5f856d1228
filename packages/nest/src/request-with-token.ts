import type { RequestLike } from '@verifier/core';

/**
 * A request whose `Authorization` header carries the token that `getToken` returned. Other headers are those of `base`.
 * Anything but text is malformed credentials: a client can send any JSON, and must not cause an exception.
 */
export function requestWithToken(token: unknown, base?: RequestLike): RequestLike {
  const credentials = typeof token === 'string' ? `Bearer ${token}` : 'Bearer';
  const values = token === undefined || token === '' ? [] : [credentials];
  return {
    method: base?.method ?? 'GET',
    url: () => base?.url() ?? 'http://localhost/',
    header: (name) => (name.toLowerCase() === 'authorization' ? values : (base?.header(name) ?? [])),
  };
}

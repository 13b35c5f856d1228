import type { RequestLike } from './request.ts';

/** Whether a request is a CORS preflight, which browsers send without credentials (Fetch standard, section 4.8). */
export function isPreflight(request: RequestLike): boolean {
  return request.method === 'OPTIONS' && request.header('access-control-request-method').length > 0;
}

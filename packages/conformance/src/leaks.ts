import type { RawRequest, RawResponse } from './exchange.ts';

/** Whatever of the request, of the token or of the code's own workings shows in the answer to a refused request. */
export function findLeaks(request: RawRequest, response: RawResponse): string[] {
  const leaks = response.headers.filter(([name]) => name.toLowerCase() === 'x-injected').map(([name]) => name);
  if (response.status < 400) return leaks;
  const shown = [...response.headers.flat(), response.body].join('\n');
  const suspects = [...segmentsOf(request), 'node_modules', '\n    at ', 'X-Injected', 'rejected because of'];
  return [...leaks, ...suspects.filter((suspect) => shown.includes(suspect))];
}

// Long enough not to be met by chance.
function segmentsOf({ path, headers }: RawRequest): string[] {
  const texts = [path, ...headers.map(([, value]) => value)];
  return texts.flatMap((text) => text.split(/[\s.,="]+/)).filter((segment) => segment.length >= 16);
}

import type { RawRequest, RawResponse } from './exchange.ts';

/** Returns the parts of the request, the token or the implementation that the answer to a refused request contains. */
export function findLeaks(request: RawRequest, response: RawResponse): string[] {
  const leaks = response.headers.filter(([name]) => name.toLowerCase() === 'x-injected').map(([name]) => name);
  if (response.status < 400) return leaks;
  const shown = [...response.headers.flat(), response.body].join('\n');
  const secrets = [...segmentsOf(request), 'node_modules', '\n    at ', 'X-Injected', 'rejected because of'];
  return [...leaks, ...secrets.filter((secret) => shown.includes(secret))];
}

// A shorter segment could occur by coincidence, and so could the media type of both bodies.
function segmentsOf({ path, headers }: RawRequest): string[] {
  const texts = [path, ...headers.filter(([name]) => name !== 'Content-Type').map(([, value]) => value)];
  return texts.flatMap((text) => text.split(/[\s.,="]+/)).filter((segment) => segment.length >= 16);
}

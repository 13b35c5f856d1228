/**
 * The wait that an answer asks for (RFC 9110, section 10.2.3), in seconds: a number, or a date. Undefined where it is
 * neither, or lies in the past.
 *
 * @param now - Epoch seconds.
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Number(text);
  // An HTTP date begins with the name of a day; without that, Date.parse takes much for a date that is none.
  const date = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) / 1000 : Number.NaN;
  return date > now ? date - now : undefined;
}

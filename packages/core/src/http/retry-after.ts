/**
 * Parses `Retry-After` (RFC 9110, section 10.2.3), a number or a date, into seconds from now. Undefined if it is neither,
 * or in the past.
 *
 * @param now - Epoch seconds.
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Number(text);
  // An HTTP date begins with the name of a day; without it, Date.parse accepts many texts that are no dates.
  const date = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) / 1000 : Number.NaN;
  return date > now ? date - now : undefined;
}

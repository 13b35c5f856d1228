import { printable } from '../lib/printable.ts';

/** The longest issuer identifier, in characters. */
export const maxIssuerLength = 2048;

// RFC 3986, section 5.2.4. A server may also decode a separator, or ignore what follows a semicolon.
const dotSegment = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:[/\\?#;]|%2f|%5c|%3b|$)/i;

/** Whether a text contains a control character (Unicode category Cc). */
export function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

/** Whether the path of a URL contains `.` or `..`, encoded or not: it then leads to another place than it says. */
export function hasDotSegment(text: string): boolean {
  return dotSegment.test(text);
}

/**
 * Whether an unverified `iss` may be an issuer that an application allows by a rule, such as a prefix. Every `iss` that
 * an option could name and that leads where it says.
 */
export function isPlausibleIssuer(iss: unknown): iss is string {
  if (typeof iss !== 'string' || iss === '') return false;
  return iss.length <= maxIssuerLength && printable(iss) === iss && !hasDotSegment(iss);
}

import { trace } from '@opentelemetry/api';
import type { VerifiedToken } from '@verifier/core';
import { attributeNames } from './attributes.ts';

/**
 * Adds the subject of a token to the active span, as `enduser.pseudo.id`. The subject may identify a person: call the
 * function only in handlers whose spans may contain that.
 *
 * @param auth - The verified token; null for an anonymous request, which adds nothing.
 *
 * @example
 * ```ts
 * import type { RequestLike, Verifier } from '@verifier/core';
 * import { setSubject } from '@verifier/opentelemetry';
 *
 * export async function subjectOf(verifier: Verifier, request: RequestLike): Promise<string | undefined> {
 *   const result = await verifier.authenticate(request);
 *   if (!result.ok) return undefined;
 *   setSubject(result.auth);
 *   return result.auth?.subject;
 * }
 * ```
 */
export function setSubject(auth: Pick<VerifiedToken, 'subject'> | null): void {
  if (auth?.subject !== undefined) trace.getActiveSpan()?.setAttribute(attributeNames.subject, auth.subject);
}

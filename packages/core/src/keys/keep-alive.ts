import type { WaitUntil } from './refreshing-document-options.ts';

/** Passes background work to a function of the application. If that throws, the work may end with the request. */
export function keepAlive(waitUntil: WaitUntil, work: Promise<unknown>): void {
  try {
    waitUntil?.(work);
  } catch {
    // The request does not depend on it.
  }
}

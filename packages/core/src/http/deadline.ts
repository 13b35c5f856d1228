import { DocumentError } from './document-error.ts';

/** A time-out for one HTTP exchange. */
export interface Deadline {
  /** Aborted at the deadline. */
  readonly signal: AbortSignal;
  /** Rejects at the deadline even if the work ignores its abort signal. */
  bound<TValue>(work: Promise<TValue>): Promise<TValue>;
  clear(): void;
}

/**
 * Starts a deadline.
 *
 * @param seconds - The time limit of the exchange.
 * @param outer - Ends the exchange early.
 */
export function startDeadline(seconds: number, outer: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = (error: DocumentError): void => {
    reject(error);
    controller.abort(error);
  };
  const abort = (): void => end(new DocumentError('aborted', abortReason(outer)));
  const timer = setTimeout(
    () => end(new DocumentError('timeout', `No complete answer in ${seconds} s`)),
    seconds * 1000,
  );
  ended.catch(() => undefined);
  if (outer?.aborted === true) abort();
  outer?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    bound: (work) => Promise.race([work, ended]),
    clear() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}

// An operator looks for the limit that was exceeded, whichever deadline it belongs to.
function abortReason(outer: AbortSignal | undefined): string {
  const reason: unknown = outer?.reason;
  return reason instanceof DocumentError ? reason.message : 'The request for the document was aborted';
}

import { DocumentError } from './document-error.ts';

/** The end of an exchange that does not come to its own. */
export interface Deadline {
  /** For those who can be told to stop. */
  readonly signal: AbortSignal;
  /** Waits for work, but not beyond the deadline: not everything that can be told to stop does. */
  bound<TValue>(work: Promise<TValue>): Promise<TValue>;
  clear(): void;
}

/**
 * Starts a deadline.
 *
 * @param seconds - How long all of it may take.
 * @param outer - Ends it early, when nobody wants the result any more.
 */
export function startDeadline(seconds: number, outer: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = (error: DocumentError): void => {
    reject(error);
    controller.abort(error);
  };
  const giveUp = (): void => end(new DocumentError('aborted', 'The document is not wanted any more'));
  const timer = setTimeout(
    () => end(new DocumentError('timeout', `No complete answer in ${seconds} s`)),
    seconds * 1000,
  );
  ended.catch(() => undefined);
  if (outer?.aborted === true) giveUp();
  outer?.addEventListener('abort', giveUp, { once: true });
  return {
    signal: controller.signal,
    bound: (work) => Promise.race([work, ended]),
    clear() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', giveUp);
    },
  };
}

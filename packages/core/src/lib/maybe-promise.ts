/** A value, or a promise of one if the network is needed. */
export type MaybePromise<TValue> = TValue | Promise<TValue>;

/**
 * Applies `next` synchronously to a value, or chains it to a promise. Steps written with it serve both cases, and yield
 * to the event loop only if they must.
 */
export function andThen<TValue, TNext>(
  value: MaybePromise<TValue>,
  next: (value: TValue) => MaybePromise<TNext>,
): MaybePromise<TNext> {
  return value instanceof Promise ? value.then(next) : next(value);
}

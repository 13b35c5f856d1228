/** A value, or the promise of one where the network is needed for it. */
export type MaybePromise<TValue> = TValue | Promise<TValue>;

/**
 * Goes on with a value at once where it is at hand, and when it has arrived where it is not. One line of steps then
 * serves both cases, without a turn of the event loop where none is needed.
 */
export function andThen<TValue, TNext>(
  value: MaybePromise<TValue>,
  next: (value: TValue) => MaybePromise<TNext>,
): MaybePromise<TNext> {
  return value instanceof Promise ? value.then(next) : next(value);
}

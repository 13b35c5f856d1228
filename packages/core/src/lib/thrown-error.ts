/**
 * Returns a value that a function of the application threw as an Error, wrapped if it is none. Most frameworks treat a
 * thrown `undefined` as success, and some treat strings as an instruction: neither may open a route.
 */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error('A function of the application threw something that is not an error', { cause: thrown });
}

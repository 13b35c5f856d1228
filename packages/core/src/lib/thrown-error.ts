/**
 * What a function of the application threw, as an error. Most frameworks take a thrown `undefined` for success, and some
 * strings for an instruction: neither may open a route.
 */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error('A function of the application threw something that is not an error', { cause: thrown });
}

import type { RequestLike } from '../request/request.ts';

/** A proof without a request, as a request. */
export interface ProofRequest extends RequestLike {
  /** Normalized; decides instead of the public URLs of the verifier. */
  readonly uri: string;
}

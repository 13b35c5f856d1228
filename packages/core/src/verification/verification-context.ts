import type { ResolvedRequirements } from '../authorization/resolved-requirements.ts';
import type { KeyRequest } from '../keys/key-source.ts';
import type { AuthenticationTrace } from '../observability/authentication-trace.ts';
import type { RequestLike } from '../request/request.ts';

/** The circumstances of one verification. Read only: nothing is written to it on the way. */
export interface VerificationContext {
  /** The request that carries the token; undefined for a bare token. */
  readonly request: RequestLike | undefined;
  /** The requirements that the verified token must meet. */
  readonly requirements: ResolvedRequirements;
  /** Whether the signature is verified off the calling thread, if the runtime can. */
  readonly inParallel: boolean;
  /** Whether the caller cannot wait for a promise. */
  readonly isSync: boolean;
  /** Receives facts for the subscribers of the tracing channel; undefined without subscribers. */
  readonly trace: AuthenticationTrace | undefined;
  /** Keeps a Fetch-style runtime alive for a background refresh. */
  readonly waitUntil: KeyRequest['waitUntil'];
}

import type { ProofCounters } from '../observability/stats.ts';
import { proofAlgorithms } from '../options/dpop-options.ts';
import type { ResolvedOptions } from '../options/resolve-options.ts';
import type { AdvertisedDpop } from '../request/challenge.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { JsonValue } from '../token/verified-token.ts';
import { DpopBinding } from './dpop-binding.ts';
import { KeyBinding } from './key-binding.ts';
import { MutualTlsBinding } from './mutual-tls-binding.ts';
import type { TokenBinding } from './token-binding.ts';

/** The proof of possession of a verifier. */
export interface OpenedBinding {
  /** Undefined without the options `dpop` and `mtls`: bound tokens are refused. */
  readonly binding: TokenBinding | undefined;
  /** Undefined without the option `dpop`. */
  readonly advertised: AdvertisedDpop | undefined;
  /** The members about it in the metadata of the resource (RFC 9728, section 2). */
  readonly metadata: Readonly<Record<string, JsonValue>>;
}

/** Opens the proof of possession that the options of a verifier require. */
export function openBinding(options: ResolvedOptions, runtime: Runtime, counters: ProofCounters): OpenedBinding {
  const dpop = openDpop(options, runtime, counters);
  const mtls = options.mtls === undefined ? undefined : new MutualTlsBinding(options.mtls, runtime);
  const binding = dpop === undefined && mtls === undefined ? undefined : new KeyBinding({ dpop, mtls });
  return { binding, advertised: dpop?.advertised, metadata: metadataOf(dpop, mtls) };
}

function metadataOf(dpop: DpopBinding | undefined, mtls: MutualTlsBinding | undefined): OpenedBinding['metadata'] {
  return {
    ...(dpop !== undefined && { dpop_signing_alg_values_supported: dpop.advertised.algs.split(' ') }),
    ...(dpop?.isRequired === true && { dpop_bound_access_tokens_required: true }),
    ...(mtls?.isRequired === true && { tls_client_certificate_bound_access_tokens: true }),
  };
}

function openDpop(
  { dpop, issuers, clock }: ResolvedOptions,
  runtime: Runtime,
  counters: ProofCounters,
): DpopBinding | undefined {
  if (dpop === undefined) return undefined;
  const accepted = typeof issuers === 'function' ? [] : issuers.map(({ policy }) => policy.algorithms);
  return new DpopBinding({ options: dpop, algorithms: proofAlgorithms(dpop, accepted), clock, runtime, counters });
}

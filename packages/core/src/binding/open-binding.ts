import { proofAlgorithms } from '../options/dpop-options.ts';
import type { ResolvedOptions } from '../options/resolve-options.ts';
import type { AdvertisedDpop } from '../request/challenge.ts';
import type { Runtime } from '../runtime/runtime.ts';
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
}

/** Opens the proof of possession that the options of a verifier require. */
export function openBinding(options: ResolvedOptions, runtime: Runtime): OpenedBinding {
  const dpop = openDpop(options, runtime);
  const mtls = options.mtls === undefined ? undefined : new MutualTlsBinding(options.mtls, runtime);
  const binding = dpop === undefined && mtls === undefined ? undefined : new KeyBinding({ dpop, mtls });
  return { binding, advertised: dpop?.advertised };
}

function openDpop({ dpop, issuers, clock }: ResolvedOptions, runtime: Runtime): DpopBinding | undefined {
  if (dpop === undefined) return undefined;
  const accepted = typeof issuers === 'function' ? [] : issuers.map(({ policy }) => policy.algorithms);
  return new DpopBinding({ options: dpop, algorithms: proofAlgorithms(dpop, accepted), clock, runtime });
}

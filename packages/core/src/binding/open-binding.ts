import { proofAlgorithms } from '../options/dpop-options.ts';
import type { ResolvedOptions } from '../options/resolve-options.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { DpopBinding } from './dpop-binding.ts';

/** Opens the proof of possession that a verifier requires; undefined without the option `dpop`. */
export function openBinding({ dpop, issuers, clock }: ResolvedOptions, runtime: Runtime): DpopBinding | undefined {
  if (dpop === undefined) return undefined;
  const accepted = typeof issuers === 'function' ? [] : issuers.map(({ policy }) => policy.algorithms);
  return new DpopBinding({ options: dpop, algorithms: proofAlgorithms(dpop, accepted), clock, runtime });
}

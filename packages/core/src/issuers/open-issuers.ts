import type { EventListener } from '../observability/events.ts';
import { configurationWarnings } from '../options/configuration-warnings.ts';
import { resolveIssuer } from '../options/resolve-issuer.ts';
import { merge, type ResolvedOptions } from '../options/resolve-options.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { acquireEntry, warnOnce } from './process-core.ts';
import { createResolverIssuers } from './resolver-issuers.ts';
import { type AcquireEntry, createFixedIssuers, type TrustedIssuers } from './trusted-issuers.ts';

/**
 * Opens the directory of the issuers that a verifier trusts, over the entries that the process shares.
 *
 * @param listener - Told of what happens to the keys of those issuers.
 */
export function openIssuers(options: ResolvedOptions, listener: EventListener, runtime: Runtime): TrustedIssuers {
  const { issuers, shared, http, keyCache, clock } = options;
  const hold = holdFor(options, listener, runtime);
  if (typeof issuers !== 'function') return createFixedIssuers(issuers, hold);
  return createResolverIssuers(issuers, {
    hold,
    resolve: (answer) => resolveIssuer(merge(shared, answer), http, 'The issuer that the resolver returned: '),
    maxIssuers: keyCache.maxIssuers,
    timeout: http.timeout,
    clock,
    sharesPromises: runtime.sharesPromises,
  });
}

function holdFor({ http, keyCache, clock }: ResolvedOptions, listener: EventListener, runtime: Runtime): AcquireEntry {
  return (source) => {
    for (const { code, message } of configurationWarnings(source, http)) warnOnce(runtime, message, code);
    const hold = acquireEntry({ source, http, keyCache, clock }, runtime);
    const unsubscribe = hold.entry.subscribe(listener);
    return {
      entry: hold.entry,
      release: () => {
        unsubscribe();
        return hold.release();
      },
      retire: () => {
        unsubscribe();
        return hold.retire();
      },
    };
  };
}

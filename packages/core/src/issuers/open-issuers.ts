import { selectHttpClient } from '../http/select-http-client.ts';
import type { EventListener } from '../observability/events.ts';
import { ResolverLog } from '../observability/resolver-log.ts';
import { configurationWarnings } from '../options/configuration-warnings.ts';
import { resolveIssuer } from '../options/resolve-issuer.ts';
import { merge, type ResolvedOptions } from '../options/resolve-options.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { FixedIssuers } from './fixed-issuers.ts';
import { acquireEntry, warnOnce } from './process-core.ts';
import { ResolverIssuers } from './resolver-issuers.ts';
import type { AcquireEntry, TrustedIssuers } from './trusted-issuers.ts';

/**
 * Opens the issuers that a verifier trusts, over the entries that the process shares.
 *
 * @param listener - Called with the events of those issuers' documents.
 */
export function openIssuers(options: ResolvedOptions, listener: EventListener, runtime: Runtime): TrustedIssuers {
  const { issuers, shared, http, keyCache, clock } = options;
  const acquire = acquireWith(options, listener, runtime);
  if (typeof issuers !== 'function') return new FixedIssuers(issuers, acquire);
  // Opens no connection. A wrong dispatcher or proxy variable is an error now, and not with the first token.
  selectHttpClient(http, runtime);
  return new ResolverIssuers(issuers, {
    acquireEntry: acquire,
    resolve: (answer) => resolveIssuer(merge(shared, answer), http, 'The issuer that the resolver returned: '),
    maxIssuers: keyCache.maxIssuers,
    staleFor: keyCache.staleFor,
    timeout: http.timeout,
    connections: http.connections,
    clock,
    sharesPromises: runtime.sharesPromises,
    log: new ResolverLog(runtime),
  });
}

function acquireWith(
  { http, keyCache, clock }: ResolvedOptions,
  listener: EventListener,
  runtime: Runtime,
): AcquireEntry {
  return (source) => {
    const { entry, release, retire } = acquireEntry({ source, http, keyCache, clock }, runtime);
    const unsubscribe = entry.subscribe(listener);
    return {
      entry,
      confirm: () => {
        for (const { code, message } of configurationWarnings(source, http)) warnOnce(runtime, message, code);
        entry.confirm();
      },
      release: () => {
        unsubscribe();
        return release();
      },
      retire: () => {
        unsubscribe();
        return retire();
      },
    };
  };
}

import { systemClock } from '../runtime/clock.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { EntryOptions } from './issuer-entry.ts';

/** Numbers for the objects in a configuration, which are compared by identity. */
export interface Identities {
  readonly identities: WeakMap<object, number>;
  lastIdentity: number;
}

/** Identifies a connection pool: equal keys share one. */
export function clientKeyOf(core: Identities, { http }: EntryOptions, runtime: Runtime): string {
  const { timeout, connections, dispatcher, fetch } = http;
  return JSON.stringify([runtime.name, timeout, connections, identity(core, dispatcher), identity(core, fetch)]);
}

/** Identifies the entry of an issuer: equal keys share one. */
export function entryKeyOf(
  core: Identities,
  { source, http, keyCache, clock }: EntryOptions,
  clientKey: string,
): string {
  const { issuer, jwksUri, jwks } = source;
  const { maxResponseSize, headers, insecureOrigins } = http;
  const { ttl, refreshAhead, staleFor } = keyCache;
  const fetching = [
    maxResponseSize,
    headers,
    insecureOrigins,
    ttl,
    refreshAhead,
    staleFor,
    identity(core, clock === systemClock ? undefined : clock),
  ];
  return JSON.stringify([issuer, jwksUri ?? null, jwks ?? null, fetching, clientKey]);
}

function identity(core: Identities, object: object | undefined): number {
  if (object === undefined) return 0;
  const known = core.identities.get(object);
  if (known !== undefined) return known;
  core.lastIdentity += 1;
  core.identities.set(object, core.lastIdentity);
  return core.lastIdentity;
}

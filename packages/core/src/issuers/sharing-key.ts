import { separatingValues } from '../options/option-table.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { EntryOptions } from './issuer-entry.ts';

/** Numbers for the objects in a configuration, which are compared by identity. */
export interface Identities {
  readonly identities: WeakMap<object, number>;
  lastIdentity: number;
}

/** Identifies a connection pool: equal keys share one. Derived from the option table. */
export function clientKeyOf(core: Identities, options: EntryOptions, runtime: Runtime): string {
  return JSON.stringify([runtime.name, separatingValues('pool', options, (object) => identity(core, object))]);
}

/** Identifies the entry of an issuer: equal keys share one. Derived from the option table. */
export function entryKeyOf(core: Identities, options: EntryOptions, clientKey: string): string {
  return JSON.stringify([separatingValues('entry', options, (object) => identity(core, object)), clientKey]);
}

function identity(core: Identities, object: object): number {
  const known = core.identities.get(object);
  if (known !== undefined) return known;
  core.lastIdentity += 1;
  core.identities.set(object, core.lastIdentity);
  return core.lastIdentity;
}

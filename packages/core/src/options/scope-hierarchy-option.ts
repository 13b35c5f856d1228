import { isPlainObject } from '../lib/copy-options.ts';
import { closeFunction, closeHierarchy, isScope, type ScopeClosure } from '../token/scope-hierarchy.ts';
import type { OptionReader } from './option-reader.ts';
import { contentOption, type OptionRecord } from './option-record.ts';

/** The option `scopeImplies`: a record of scopes, which must have no cycle, or a function. Closed transitively. */
export const scopeHierarchyOption: OptionRecord<ScopeClosure | undefined> = contentOption<ScopeClosure | undefined>(
  { default: undefined, separates: 'nothing' },
  readScopeHierarchy,
);

function readScopeHierarchy(reader: OptionReader, name: string): ScopeClosure | undefined {
  const value = reader.raw(name);
  if (value === undefined) return undefined;
  if (typeof value === 'function') return closeFunction(value as (scope: string) => readonly string[]);
  const entries = isPlainObject(value) ? Object.entries(value) : undefined;
  if (entries === undefined || !entries.every(isEntry)) {
    throw reader.fault(
      name,
      "must be an object of scopes, each with an array of scopes, such as { 'orders:admin': ['orders:write'] }, or a function",
    );
  }
  const hierarchy = new Map(entries.map(([scope, implied]) => [scope, [...implied]]));
  return closeHierarchy(hierarchy, (cycle) =>
    reader.fault(name, `has a cycle, in which scopes imply themselves: ${cycle.join(' -> ')}`),
  );
}

function isEntry(entry: [string, unknown]): entry is [string, readonly string[]] {
  const [scope, implied] = entry;
  return isScope(scope) && Array.isArray(implied) && implied.every(isScope);
}

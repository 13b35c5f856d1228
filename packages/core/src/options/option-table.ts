import { policyOptions, sourceOptions } from './issuer-options.ts';
import type { OptionRecord, Separates } from './option-record.ts';
import { type GroupName, groupOptions, verifierOptions } from './verifier-options.ts';

/** The parts of resolved options that separate verifiers. Other parts are policy. */
export interface SharingParts {
  readonly source: object;
  readonly keyCache: object;
  readonly http: object;
  readonly clock: object;
}

type Records = Readonly<Record<string, OptionRecord<unknown>>>;

/** Some options, the prefix of their names in errors, and their place in resolved options. */
export interface OptionGroup {
  readonly path: '' | `${GroupName}.`;
  readonly records: Records;
  readonly valuesIn: (parts: SharingParts) => object | undefined;
}

/** The one table of options. */
export const optionGroups: readonly OptionGroup[] = Object.freeze([
  { path: '', records: recordsOf(sourceOptions), valuesIn: ({ source }) => source },
  { path: '', records: recordsOf(policyOptions), valuesIn: () => undefined },
  { path: '', records: recordsOf(verifierOptions), valuesIn: (parts) => parts },
  ...(Object.keys(groupOptions) as GroupName[]).map(
    (name): OptionGroup => ({
      path: `${name}.`,
      records: recordsOf(groupOptions[name]),
      valuesIn: (parts: Partial<Record<GroupName, object>>) => parts[name],
    }),
  ),
]);

/**
 * The values of all options that separate pools, or entries, in the order of the table. Equal lists as JSON mean that
 * two verifiers may share.
 *
 * @param identityOf - Returns a number for an object or a function: the same one for the same object in this process.
 */
export function separatingValues(
  separates: Exclude<Separates, 'nothing'>,
  parts: SharingParts,
  identityOf: (value: object) => number,
): readonly unknown[] {
  return optionGroups.flatMap(({ records, valuesIn }) => {
    const values = (valuesIn(parts) ?? {}) as Readonly<Record<string, unknown>>;
    return Object.entries(records)
      .filter(([, record]) => record.separates === separates)
      .map(([name, record]) => comparable(valueFrom(values, name), record, identityOf));
  });
}

// The record of an option and the parts that are compared are written in two places.
function valueFrom(values: Readonly<Record<string, unknown>>, name: string): unknown {
  if (name in values) return values[name];
  throw new Error(`The option ${name} separates verifiers, but its value is not among the parts that are compared`);
}

// Each copy of this package in a process has its own default object, which must not separate their verifiers.
function comparable(value: unknown, record: OptionRecord<unknown>, identityOf: (value: object) => number): unknown {
  if (record.comparedBy === 'content' && typeof value !== 'function') return value ?? null;
  return value === record.default ? null : identityOf(value as object);
}

function recordsOf(table: object): Records {
  return table as Records;
}

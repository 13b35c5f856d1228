import type { NumberBounds, OptionReader } from './option-reader.ts';

/** The default of an option that must be given. */
export const required: unique symbol = Symbol('required');

/**
 * The part of the process core that two verifiers do not share if they differ in an option. `pool`: connections, and
 * with them everything below. `entry`: metadata, keys and verified tokens of an issuer. `nothing`: both are shared.
 */
export type Separates = 'pool' | 'entry' | 'nothing';

/** Resolved options that other options depend on. */
export interface ReadContext {
  readonly dangerouslyAllowInsecure: readonly string[];
}

/** All that is known of one option. Its name is its key in the table, its documentation that of the public type. */
export interface OptionRecord<TValue> {
  /** The value if the option is absent; {@link required} if it must be given. */
  readonly default: TValue | typeof required;
  readonly separates: Separates;
  /** How values are compared for sharing: by their JSON, or by the identity of the object. Functions always by identity. */
  readonly comparedBy: 'content' | 'identity';
  readonly bounds?: NumberBounds;
  /**
   * Reads the option; undefined if it is absent.
   *
   * @throws ConfigurationError if the value cannot be used, or if the option is required and absent.
   */
  readonly read: (reader: OptionReader, name: string, context: ReadContext) => TValue | undefined;
}

/** One record for each member of some resolved options. A missing or an additional record in a literal does not compile. */
export type OptionTable<TResolved> = { readonly [Name in keyof TResolved]-?: OptionRecord<TResolved[Name]> };

/** Options after defaults are applied. Those named in `TDefaulted` are required or have a default. */
export type WithDefaults<TOptions, TDefaulted extends keyof TOptions> = {
  // Not `keyof TOptions` alone: without exactOptionalPropertyTypes, TypeScript would remove `undefined` from the members.
  readonly [Name in keyof TOptions & string]: Name extends TDefaulted
    ? Exclude<TOptions[Name], undefined>
    : TOptions[Name] | undefined;
};

type Terms<TValue> = Pick<OptionRecord<TValue>, 'default' | 'separates'>;

/** An option that is a number within bounds. */
export function numberOption<TValue extends number | undefined>(
  bounds: NumberBounds,
  terms: Terms<TValue>,
): OptionRecord<TValue | number> {
  return { ...terms, comparedBy: 'content', bounds, read: (reader, name) => reader.number(name, bounds) };
}

/** An option that is true or false. */
export function booleanOption(terms: Terms<boolean>): OptionRecord<boolean> {
  return { ...terms, comparedBy: 'content', read: (reader, name) => reader.boolean(name) };
}

/** An option that is a function, without a default. */
export function functionOption<TFunction>(separates: Separates): OptionRecord<TFunction | undefined> {
  return {
    default: undefined,
    separates,
    comparedBy: 'identity',
    read: (reader, name) => reader.function<TFunction>(name),
  };
}

/** An option with its own reader, whose values are JSON. */
export function contentOption<TValue>(terms: Terms<TValue>, read: OptionRecord<TValue>['read']): OptionRecord<TValue> {
  return { ...terms, comparedBy: 'content', read };
}

/** An option with its own reader, whose values are objects with state. */
export function identityOption<TValue>(terms: Terms<TValue>, read: OptionRecord<TValue>['read']): OptionRecord<TValue> {
  return { ...terms, comparedBy: 'identity', read };
}

/** Reads every option of a table and applies the defaults. Returns a frozen object. */
export function readOptions<TResolved extends object>(
  table: OptionTable<TResolved>,
  reader: OptionReader,
  context: ReadContext = { dangerouslyAllowInsecure: [] },
): TResolved {
  const records = Object.entries(table) as readonly (readonly [string, OptionRecord<unknown>])[];
  const values = records.map(([name, record]) => {
    const value = record.read(reader, name, context);
    return [name, value === undefined ? record.default : value] as const;
  });
  return Object.freeze(Object.fromEntries(values)) as TResolved;
}

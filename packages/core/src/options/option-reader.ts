import { closestMatch } from 'leven';
import { ConfigurationError } from '../errors.ts';
import { copyOptions } from '../lib/copy-options.ts';
import { hintForPeerName } from './peer-names.ts';

/** Options before any check. */
export type RawOptions = Readonly<Record<string, unknown>>;

/** The bounds and the unit of a numeric option. */
export interface NumberBounds {
  readonly min: number;
  readonly max: number;
  readonly unit?: 'seconds' | 'bytes' | 'characters';
  readonly integer?: boolean;
}

/** Reads the members of one options object, but none of `Object.prototype`. Errors say what to write instead. */
export class OptionReader {
  readonly #options: RawOptions;
  readonly #path: string;

  /**
   * @param path - Prefix of a member's name in errors, such as `http.`.
   * @param names - Every known member.
   * @throws ConfigurationError if the value is not an object, or has an unknown member.
   */
  constructor(value: unknown, path: string, names: readonly string[]) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ConfigurationError(`${path === '' ? 'The options' : path.slice(0, -1)} must be an object`);
    }
    this.#options = copyOptions(value) as RawOptions;
    this.#path = path;
    for (const name of Object.keys(this.#options)) if (!names.includes(name)) throw this.#unknown(name, names);
  }

  raw(name: string): unknown {
    return this.#options[name];
  }

  number(name: string, bounds: NumberBounds): number | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const { min, max, unit, integer = false } = bounds;
    const isNumber = typeof value === 'number' && (integer ? Number.isInteger(value) : Number.isFinite(value));
    if (isNumber && value >= min && value <= max) return value;
    const kind = `${integer ? 'a whole number' : 'a number'}${unit === undefined ? '' : ` of ${unit}`}`;
    const hint = isNumber && unit === 'seconds' && value > max ? '; this looks like milliseconds' : '';
    throw this.fault(name, `must be ${kind} from ${min} to ${max}${hint}`);
  }

  boolean(name: string): boolean | undefined {
    return this.#typed(name, 'boolean', 'true or false') as boolean | undefined;
  }

  function<TFunction>(name: string): TFunction | undefined {
    return this.#typed(name, 'function', 'a function') as TFunction | undefined;
  }

  text(name: string): string | undefined {
    const value = this.#typed(name, 'string', 'a string') as string | undefined;
    if (value === '') throw this.fault(name, 'must not be empty');
    return value;
  }

  texts(name: string, form = 'an array of strings'): readonly string[] | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const isList = Array.isArray(value) && value.every((entry) => typeof entry === 'string' && entry !== '');
    if (!isList || value.length === 0) throw this.fault(name, `must be ${form} with at least one in it`);
    return Object.freeze([...(value as string[])]);
  }

  oneOf<TValue extends string>(name: string, values: readonly TValue[]): TValue | undefined {
    const value = this.raw(name);
    if (value === undefined || values.includes(value as TValue)) return value as TValue | undefined;
    throw this.fault(name, `must be one of ${values.map((entry) => `'${entry}'`).join(', ')}`);
  }

  fault(name: string, what: string): ConfigurationError {
    return new ConfigurationError(`${this.#path}${name} ${what}`);
  }

  #typed(name: string, type: string, description: string): unknown {
    const value = this.raw(name);
    if (value === undefined || typeof value === type) return value;
    throw this.fault(name, `must be ${description}`);
  }

  // A member of a group has the name of another library only if it is in the wrong place.
  #hint(name: string): string | undefined {
    return this.#path.endsWith('.') && !this.#path.endsWith('].') ? undefined : hintForPeerName(name);
  }

  #unknown(name: string, names: readonly string[]): ConfigurationError {
    return this.fault(name, `is not an option${this.#hint(name) ?? didYouMean(name, names)}`);
  }
}

/** Returns a hint at the nearest of some names, or at all of them if none is near. */
export function didYouMean(name: string, names: readonly string[]): string {
  const nearest = closestMatch(name, names, { maxDistance: Math.max(2, Math.floor(name.length / 2)) });
  return nearest === undefined ? `: use one of ${names.join(', ')}` : `: did you mean ${nearest}?`;
}

import { ConfigurationError } from '../errors.ts';
import { isPlainObject } from '../lib/copy-options.ts';
import { didYouMean } from '../options/option-reader.ts';
import { acrSyntax } from '../token/acr-syntax.ts';
import type { RequiredAuthentication } from './resolved-requirements.ts';

const memberNames = ['acr', 'maxAge'];

// 30 days, as for the other ages: one in milliseconds is longer, from 43 minutes on.
const longestAge = 2_592_000;

/**
 * Parses a required login to a frozen copy.
 *
 * @param caller - The function that the application called, for the error.
 * @param path - Prefix of a member's name in an error.
 * @throws ConfigurationError if nothing is required, or if a member is unknown, undefined, empty or of the wrong type.
 */
export function parseAuthentication(
  value: unknown,
  caller: string,
  path: '' | 'authentication.' = '',
): RequiredAuthentication {
  if (!isPlainObject(value)) {
    const name = path === '' ? '' : ' authentication as';
    throw new ConfigurationError(`${caller} takes${name} an object, such as { acr: 'phr', maxAge: 300 }`);
  }
  const members: Partial<Record<string, unknown>> = Object.create(null);
  for (const name of Reflect.ownKeys(value)) {
    const member = parseMemberName(name, caller, path);
    members[member] = value[member];
    if (members[member] === undefined) {
      throw new ConfigurationError(`${caller} was given ${path}${member} as undefined: leave out what is not required`);
    }
  }
  const { acr, maxAge } = members;
  if (acr === undefined && maxAge === undefined) {
    throw new ConfigurationError(`${caller} requires no login: give it acr, maxAge or both, such as { maxAge: 300 }`);
  }
  // Without a prototype: an absent member must not be read from Object.prototype later.
  const parsed: { acr?: readonly string[]; maxAge?: number } = Object.create(null);
  if (acr !== undefined) parsed.acr = parseAcr(acr, `${caller} was given ${path}acr`);
  if (maxAge !== undefined) parsed.maxAge = parseMaxAge(maxAge, `${caller} takes ${path}`);
  return Object.freeze(parsed);
}

function parseMemberName(name: string | symbol, caller: string, path: string): string {
  if (typeof name === 'string' && memberNames.includes(name)) return name;
  const text = String(name);
  const shown = /^\w+$/.test(text) ? text : JSON.stringify(text);
  throw new ConfigurationError(
    `${caller} does not know the requirement ${path}${shown}${didYouMean(text, memberNames)}`,
  );
}

function parseAcr(value: unknown, given: string): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? [...value] : [value];
  if (values.length === 0) {
    throw new ConfigurationError(`${given} as an empty list: write at least one value, such as acr: 'phr'`);
  }
  return Object.freeze([...new Set(values.map((each) => parseAcrValue(each, given)))]);
}

function parseAcrValue(value: unknown, given: string): string {
  if (typeof value !== 'string')
    throw new ConfigurationError(`${given} with a value of type ${typeof value}: write text`);
  if (acrSyntax.test(value)) return value;
  const shown = `${given} with ${JSON.stringify(value)}`;
  const words = value.split(' ').filter((word) => acrSyntax.test(word));
  if (!value.includes(' ') || words.length === 0) {
    throw new ConfigurationError(`${shown}: a value consists of visible ASCII characters, such as acr: 'phr'`);
  }
  const list = words.map((word) => `'${word}'`).join(', ');
  throw new ConfigurationError(`${shown}: a value has no spaces. Write a list, such as acr: [${list}]`);
}

function parseMaxAge(value: unknown, takes: string): number {
  const isWhole = typeof value === 'number' && Number.isInteger(value);
  if (isWhole && value >= 0 && value <= longestAge) return value;
  throw new ConfigurationError(
    `${takes}maxAge as a whole number of seconds from 0 to ${longestAge}${isWhole ? hintFor(value) : ''}`,
  );
}

function hintFor(value: number): string {
  const seconds = Math.round(value / 1000);
  if (value < 0) return '';
  return seconds > longestAge ? '; this is an age, not a time' : `; this looks like milliseconds: write ${seconds}`;
}

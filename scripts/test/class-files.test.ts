import { describe, expect, it } from 'vitest';
import { classFaults, factoryFaults } from '../class-files.ts';

describe('a class', () => {
  it.each([
    ['exported from the file of its name', 'keys/key-set.ts', 'export class KeySet {}'],
    ['with an acronym in its name', 'token/jws-parser.ts', 'export class JWSParser {}'],
    ['in the file of all errors', 'errors.ts', 'export class TokenError {}\nexport class ScopeError {}'],
    ['behind a function of the file of its name', 'keys/key-set.ts', 'class KeySet {}'],
    ['mentioned in a comment', 'keys/a.ts', '/** The class KeySet. */\n// class KeySet'],
  ])('is accepted: %s', (_, file, source) => {
    expect(classFaults(file, source)).toEqual([]);
  });

  it.each([
    ['in a file of another name', 'keys/a.ts', 'export class KeySet {}', 'move the class KeySet to a file key-set.ts'],
    ['hidden behind a factory', 'keys/a.ts', 'class KeySet {}', 'move the class KeySet to a file key-set.ts'],
    ['abstract', 'keys/a.ts', 'export abstract class KeySet {}', 'move the class KeySet to a file key-set.ts'],
  ])('is refused: %s', (_, file, source, message) => {
    expect(classFaults(file, source)).toEqual([`${file}: ${message}`]);
  });
});

describe('a factory', () => {
  const source = 'export function createKeys() {}';

  it('is accepted if it is public, or not exported', () => {
    expect(factoryFaults('keys.ts', source, 'declare function createKeys(): Keys;')).toEqual([]);
    expect(factoryFaults('keys.ts', 'function createKeys() {}', '')).toEqual([]);
  });

  it('is refused if applications cannot call it', () => {
    expect(factoryFaults('keys.ts', source, 'declare function createKeysOf(): Keys;')).toEqual([
      'keys.ts: createKeys is not public; export a class instead, or rename the function',
    ]);
  });
});

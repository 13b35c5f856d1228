import type { AuthErrorCode, SingleIssuerOptions } from '../../src/index.ts';
import type { Arena } from './arena.ts';
import type { Arsenal } from './arsenal.ts';
import { type ClassNumber, classes } from './classes.ts';

/** What an attack must end with. */
export type RefusalCode = AuthErrorCode | 'ERR_CONFIG_INVALID';

/** One attack, and how it must end. */
export interface Attack {
  readonly id: string;
  readonly class: ClassNumber;
  /** Where the attack was published. */
  readonly advisory: string;
  /** How the input is made. */
  readonly how: string;
  readonly code: RefusalCode;
  /** How many network requests it takes, in all. */
  readonly requests: number;
  /** Runs it; rejects with the refusal. */
  strike(arena: Arena): Promise<unknown>;
}

/** A token that must be refused, by a verifier with the keys of the arsenal unless `options` says otherwise. */
export interface TokenRow {
  readonly id: string;
  readonly how: string;
  readonly code: RefusalCode;
  readonly advisory?: string;
  readonly options?: Partial<SingleIssuerOptions> | ((arsenal: Arsenal) => Partial<SingleIssuerOptions>);
  readonly token: (arsenal: Arsenal) => string | Promise<string>;
}

/** A sequence of steps of which the last must be refused. */
export interface StepsRow {
  readonly id: string;
  readonly how: string;
  readonly code: RefusalCode;
  readonly advisory?: string;
  readonly requests?: number;
  readonly strike: (arena: Arena) => unknown;
}

/** Makes the attacks of one class out of the rows of a table. */
export function attacks(number: ClassNumber, rows: readonly (TokenRow | StepsRow)[]): Attack[] {
  return rows.map((row) => {
    const { id, how, code, advisory = classes[number].advisory } = row;
    const common = { id: `${number}/${id}`, class: number, advisory, how, code };
    if ('strike' in row) return { ...common, requests: row.requests ?? 0, strike: async (arena) => row.strike(arena) };
    return { ...common, requests: 0, strike: (arena) => sendTwice(row, arena) };
  });
}

// The second time is the one at which a cache that remembered too much would let it in.
async function sendTwice({ token, options = {} }: TokenRow, arena: Arena): Promise<void> {
  const verifier = arena.verifier(typeof options === 'function' ? options(arena.arsenal) : options);
  const text = await token(arena.arsenal);
  const codes = [await arena.codeOf(verifier.verify(text)), await arena.codeOf(verifier.verify(text))];
  if (arena.engine.name === 'node') codes.push(await arena.codeOf(async () => verifier.verifySync(text)));
  const [settled] = await verifier.verifyAll([text]);
  codes.push(await arena.codeOf(async () => unwrap(settled)));
  if (new Set(codes).size !== 1) throw new Error(`The same token was answered in several ways: ${codes.join(', ')}`);
  await verifier.verify(text);
}

function unwrap(settled: PromiseSettledResult<unknown> | undefined): unknown {
  if (settled?.status === 'fulfilled') return settled.value;
  throw settled?.reason;
}

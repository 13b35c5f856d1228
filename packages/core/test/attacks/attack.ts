import type { AuthErrorCode, SingleIssuerOptions } from '../../src/index.ts';
import type { AttackContext } from './attack-context.ts';
import type { AttackKeys } from './attack-keys.ts';
import { type ClassNumber, classes } from './classes.ts';

/** The code of the error that an attack must end with. */
export type RefusalCode = AuthErrorCode | 'ERR_CONFIG_INVALID';

/** One attack, and the result that it must have. */
export interface Attack {
  readonly id: string;
  readonly class: ClassNumber;
  /** The publication of the attack. */
  readonly advisory: string;
  /** A description of the input. */
  readonly how: string;
  readonly code: RefusalCode;
  /** The number of network requests that it causes in all. */
  readonly requests: number;
  /** Runs the attack; rejects with the error of the verifier. */
  run(context: AttackContext): Promise<unknown>;
}

/** A token that must be refused, by a verifier with the published keys unless `options` replaces them. */
export interface TokenRow {
  readonly id: string;
  readonly how: string;
  readonly code: RefusalCode;
  readonly advisory?: string;
  readonly options?: Partial<SingleIssuerOptions> | ((keys: AttackKeys) => Partial<SingleIssuerOptions>);
  readonly token: (keys: AttackKeys) => string | Promise<string>;
}

/** A sequence of steps, the last of which must be refused. */
export interface StepsRow {
  readonly id: string;
  readonly how: string;
  readonly code: RefusalCode;
  readonly advisory?: string;
  readonly requests?: number;
  readonly run: (context: AttackContext) => unknown;
}

/** Returns the attacks of one class, from the rows of a table. */
export function attacks(number: ClassNumber, rows: readonly (TokenRow | StepsRow)[]): Attack[] {
  return rows.map((row) => {
    const { id, how, code, advisory = classes[number].advisory } = row;
    const common = { id: `${number}/${id}`, class: number, advisory, how, code };
    if ('run' in row) return { ...common, requests: row.requests ?? 0, run: async (context) => row.run(context) };
    return { ...common, requests: 0, run: (context) => verifyTwice(row, context) };
  });
}

// The first verification must not cache anything that makes the second one accept the token.
async function verifyTwice({ token, options = {} }: TokenRow, context: AttackContext): Promise<void> {
  const verifier = context.verifier(typeof options === 'function' ? options(context.keys) : options);
  const text = await token(context.keys);
  const codes = [await context.codeOf(verifier.verify(text)), await context.codeOf(verifier.verify(text))];
  if (context.engine.name === 'node') codes.push(await context.codeOf(async () => verifier.verifySync(text)));
  const [settled] = await verifier.verifyAll([text]);
  codes.push(await context.codeOf(async () => unwrap(settled)));
  if (new Set(codes).size !== 1) throw new Error(`The same token has several results: ${codes.join(', ')}`);
  await verifier.verify(text);
}

function unwrap(settled: PromiseSettledResult<unknown> | undefined): unknown {
  if (settled?.status === 'fulfilled') return settled.value;
  throw settled?.reason;
}

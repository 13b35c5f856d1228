import { isAuthError, isConfigurationError } from '../../src/index.ts';
import { challengeFor } from '../../src/request/challenge.ts';
import { type Mode, openArena } from './arena.ts';
import type { Arsenal } from './arsenal.ts';
import type { Attack } from './attack.ts';

/** How an attack ended. */
export interface Outcome {
  readonly on: string;
  readonly remembers: boolean;
  /** The code of the refusal, or what happened instead. */
  readonly code: string;
  readonly requests: number;
  /** Whether the answer is 4xx; 503 where it is the issuer that is at fault. */
  readonly isAnswered: boolean;
  /** What of the answer to a refused token is not what every refused token is answered with. */
  readonly toldApart: readonly string[];
}

/** Runs an attack in a place of its own. */
export async function runAttack(attack: Attack, mode: Mode, arsenal: Arsenal): Promise<Outcome> {
  const { arena, ending } = await runIn(attack, mode, arsenal);
  const reason: unknown = ending.status === 'rejected' ? ending.reason : undefined;
  return {
    on: mode.engine.name,
    remembers: mode.remembers,
    code: ending.status === 'rejected' ? codeOf(reason) : 'let in',
    requests: arena.asked.length,
    isAnswered: isAnswered(reason),
    toldApart: toldApart(reason),
  };
}

/** The same, for those who want to see all of it. */
export async function runIn(attack: Attack, mode: Mode, arsenal: Arsenal) {
  const arena = openArena(mode, arsenal);
  const [ending] = await Promise.allSettled([attack.strike(arena)]);
  const stats = arena.verifiers.map((verifier) => verifier.stats());
  await arena.close();
  return { arena, ending, stats };
}

function codeOf(reason: unknown): string {
  if (isAuthError(reason) || isConfigurationError(reason)) return reason.code;
  return reason instanceof Error ? `a fault: ${reason.stack}` : `a fault: ${String(reason)}`;
}

const aboutTheIssuer = ['ERR_KEY_SET', 'ERR_DISCOVERY', 'ERR_ISSUER_LOOKUP'];

function isAnswered(reason: unknown): boolean {
  if (isConfigurationError(reason)) return true;
  if (!isAuthError(reason)) return false;
  return reason.status < 500 || aboutTheIssuer.some((start) => reason.code.startsWith(start));
}

function toldApart(reason: unknown): readonly string[] {
  if (!isAuthError(reason) || reason.status !== 401 || reason.code === 'ERR_CREDENTIALS_MISSING') return [];
  const description = reason.code === 'ERR_TOKEN_EXPIRED' ? 'The access token expired' : 'The access token is invalid';
  const { headers, body } = challengeFor(reason, 'api');
  const challenge = `Bearer realm="api", error="invalid_token", error_description="${description}"`;
  const answer = JSON.stringify({ error: 'invalid_token', error_description: description });
  return [headers['WWW-Authenticate'], body].filter((text) => text !== challenge && text !== answer).map(String);
}

import { type AuthErrorCode, isAuthError, isConfigurationError, type VerifierStats } from '../../src/index.ts';
import { challengeFor } from '../../src/request/challenge.ts';
import type { Attack } from './attack.ts';
import { AttackContext, type Mode } from './attack-context.ts';
import type { AttackKeys } from './attack-keys.ts';

/** The result of an attack, as the corpus compares it. */
export interface Outcome {
  readonly engine: string;
  readonly hasTokenCache: boolean;
  /** The code of the error, `accepted`, or the text of an unexpected error. */
  readonly code: string;
  /** The number of network requests. */
  readonly requests: number;
  /** Whether the answer is a 4xx, or a 503 because of the issuer. */
  readonly isAnswered: boolean;
  /** The texts of the answer by which a client could tell this refused token from another one. */
  readonly distinguishable: readonly string[];
}

/** An attack that has run: its context, the end of its promise, and the statistics of its verifiers. */
export interface FinishedAttack {
  readonly context: AttackContext;
  readonly ending: PromiseSettledResult<unknown>;
  readonly stats: readonly VerifierStats[];
}

/** Runs an attack in a context of its own, which is closed afterwards. */
export async function runAttack(attack: Attack, mode: Mode, keys: AttackKeys): Promise<FinishedAttack> {
  const context = new AttackContext(mode, keys);
  const [ending] = await Promise.allSettled([attack.run(context)]);
  const stats = context.verifiers.map((verifier) => verifier.stats());
  await context.close();
  return { context, ending, stats };
}

/** Runs an attack and returns what the corpus compares. */
export async function outcomeOf(attack: Attack, mode: Mode, keys: AttackKeys): Promise<Outcome> {
  const { context, ending } = await runAttack(attack, mode, keys);
  const reason: unknown = ending.status === 'rejected' ? ending.reason : undefined;
  return {
    engine: mode.engine.name,
    hasTokenCache: mode.hasTokenCache,
    code: ending.status === 'rejected' ? codeOf(reason) : 'accepted',
    requests: context.fakeIssuer.requests.length,
    isAnswered: isAnswered(reason),
    distinguishable: distinguishableTexts(reason),
  };
}

function codeOf(reason: unknown): string {
  if (isAuthError(reason) || isConfigurationError(reason)) return reason.code;
  return reason instanceof Error ? `an unexpected error: ${reason.stack}` : `an unexpected error: ${String(reason)}`;
}

const issuerCodes = ['ERR_KEY_SET', 'ERR_DISCOVERY', 'ERR_ISSUER_LOOKUP', 'ERR_REPLAY_STORE'];

function isAnswered(reason: unknown): boolean {
  if (isConfigurationError(reason)) return true;
  if (!isAuthError(reason)) return false;
  return reason.status < 500 || issuerCodes.some((start) => reason.code.startsWith(start));
}

function distinguishableTexts(reason: unknown): readonly string[] {
  if (!isAuthError(reason) || reason.status !== 401 || reason.code === 'ERR_CREDENTIALS_MISSING') return [];
  const [error, description] = texts[reason.code] ?? ofClass(reason.code);
  const { headers, body } = challengeFor(reason, { realm: 'api', dpop: undefined });
  const challenge = `Bearer realm="api", error="${error}", error_description="${description}"`;
  const answer = JSON.stringify({ error, error_description: description });
  return [headers['WWW-Authenticate'], body].filter((text) => text !== challenge && text !== answer).map(String);
}

type Texts = readonly [error: string, description: string];

// An error that a client can correct has its own text.
const texts: { readonly [Code in AuthErrorCode]?: Texts } = {
  ERR_TOKEN_EXPIRED: ['invalid_token', 'The access token expired'],
  ERR_PROOF_TIME: ['invalid_dpop_proof', 'The DPoP proof is too old or too new'],
  ERR_PROOF_NONCE: ['use_dpop_nonce', 'The DPoP proof needs the nonce of the header DPoP-Nonce'],
};

function ofClass(code: AuthErrorCode): Texts {
  if (code.startsWith('ERR_PROOF_')) return ['invalid_dpop_proof', 'The DPoP proof is invalid'];
  return ['invalid_token', 'The access token is invalid'];
}

import { type AcceptedAlgorithms, type Algorithm, acceptAlgorithms } from '../crypto/algorithms.ts';
import { isLoopback } from '../http/secure-url.ts';
import { normalizeUri } from '../lib/normalize-uri.ts';
import type { ReplayStore } from './binding-options.ts';
import { readAlgorithms } from './issuer-options.ts';
import { OptionReader } from './option-reader.ts';
import { contentOption, identityOption, numberOption, type OptionTable, required } from './option-record.ts';

/** The `nonce` options of DPoP, with defaults applied. */
interface ResolvedNonce {
  readonly secrets: readonly Uint8Array[];
  readonly rotation: number;
}

/** The `dpop` options, with defaults applied. */
export interface ResolvedDpop {
  readonly mode: 'accept' | 'require';
  /** Normalized, without a slash at the end. */
  readonly publicUrl: readonly string[];
  /** Undefined for the algorithms of the verifier. */
  readonly algorithms: readonly Algorithm[] | undefined;
  readonly window: number;
  readonly nonce: ResolvedNonce | false;
  /** Undefined for the memory of the process. */
  readonly replay: ReplayStore | false | undefined;
}

const minSecret = 32;
const encoder = new TextEncoder();

/** The members of `dpop`. */
export const dpopOptions: OptionTable<ResolvedDpop> = {
  mode: contentOption<'accept' | 'require'>({ default: 'accept', separates: 'nothing' }, (reader, name) =>
    reader.oneOf(name, ['accept', 'require']),
  ),
  publicUrl: contentOption<readonly string[]>({ default: required, separates: 'nothing' }, readPublicUrls),
  algorithms: contentOption<readonly Algorithm[] | undefined>(
    { default: undefined, separates: 'nothing' },
    readAlgorithms,
  ),
  window: numberOption({ min: 5, max: 600, unit: 'seconds' }, { default: 300, separates: 'nothing' }),
  nonce: identityOption<ResolvedNonce | false>({ default: false, separates: 'nothing' }, readNonce),
  replay: identityOption<ReplayStore | false | undefined>({ default: undefined, separates: 'nothing' }, readReplay),
};

/** The algorithms that a proof may have: those of the option, else those that the verifier accepts. */
export function proofAlgorithms(
  { algorithms }: ResolvedDpop,
  accepted: readonly AcceptedAlgorithms[],
): AcceptedAlgorithms {
  if (algorithms !== undefined) return acceptAlgorithms(algorithms);
  if (accepted.length === 0) return acceptAlgorithms(undefined);
  return acceptAlgorithms([...new Set(accepted.flatMap(({ byName }) => [...byName.values()]))]);
}

function readPublicUrls(reader: OptionReader, name: string): readonly string[] {
  const value = reader.raw(name);
  const texts = typeof value === 'string' ? [value] : reader.texts(name, 'a URL, or an array of URLs');
  if (texts === undefined) {
    throw reader.fault(
      name,
      "is required: what clients call, such as 'https://api.example.com', with the path prefix that a proxy removes",
    );
  }
  return Object.freeze(texts.map((text) => parsePublicUrl(reader, name, text)));
}

function parsePublicUrl(reader: OptionReader, name: string, text: string): string {
  const uri = /[?#]/.test(text) ? undefined : normalizeUri(text);
  if (uri === undefined) {
    throw reader.fault(name, 'must be an https URL without user information, query and fragment');
  }
  const url = new URL(uri);
  if (url.protocol !== 'https:' && !isLoopback(url)) throw reader.fault(name, 'must use https; http is for loopback');
  return uri.replace(/\/$/, '');
}

function readNonce(reader: OptionReader, name: string): ResolvedNonce | false | undefined {
  const value = reader.raw(name);
  if (value === undefined || value === false) return value;
  const members = new OptionReader(value, `dpop.${name}.`, ['secret', 'rotation']);
  const rotation = members.number('rotation', { min: 10, max: 600, unit: 'seconds', integer: true }) ?? 60;
  return Object.freeze({ secrets: readSecrets(members), rotation });
}

function readSecrets(members: OptionReader): readonly Uint8Array[] {
  const given = members.raw('secret');
  const secrets = Array.isArray(given) ? given : [given];
  if (secrets.length === 0) throw members.fault('secret', 'must contain at least one secret');
  return Object.freeze(secrets.map((secret) => parseSecret(members, secret)));
}

function parseSecret(members: OptionReader, secret: unknown): Uint8Array {
  const isText = typeof secret === 'string';
  if (!isText && !(secret instanceof Uint8Array)) {
    throw members.fault('secret', 'must be a text, bytes, or a list of them: the same in every process of the API');
  }
  if (secret.length < minSecret) {
    throw members.fault('secret', `must have at least ${minSecret} ${isText ? 'characters' : 'bytes'}`);
  }
  return isText ? encoder.encode(secret) : Uint8Array.from(secret);
}

function readReplay(reader: OptionReader, name: string): ReplayStore | false | undefined {
  const value = reader.raw(name) as ReplayStore | false | undefined | null;
  if (value === undefined || value === false) return value;
  if (typeof value?.claim === 'function') return value;
  throw reader.fault(name, 'must have the function claim(id, seconds), or be false to accept proofs more than once');
}

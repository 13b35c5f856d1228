/** A word or phrase that the project does not use. */
export interface BannedWord {
  /** A single word is matched in identifiers and file names too: `prover` finds `TokenProver` and `token-prover.ts`. */
  readonly pattern: RegExp;
  /** What to write instead; part of the message. */
  readonly instead: string;
  /** Paths that the rule is limited to; every path if absent. */
  readonly paths?: RegExp;
  readonly isCaseSensitive?: boolean;
}

const acts = 'verify (a token), validate (claims), authenticate (a request) or authorize (a route)';

/**
 * A space matches a line break too, also inside a comment. U+200B is where an identifier was
 * split: between `check` and `Token` in `checkToken`.
 */
export const bannedWords: readonly BannedWord[] = [
  // Identifiers that once had another name.
  { pattern: /\bprov(e|es|ed|en|ing|er|ers)\b(?! possession)/, instead: `${acts}; "show" in prose` },
  {
    pattern: /(?<!long[- ])\bstanding\b|\bstood\b|\bstands\b(?! (for|out)\b)/,
    instead: 'is, remains; AcceptedClaims for the type',
  },
  { pattern: /\b(hold|holds|held|holding)\b(?! true)/, instead: 'contain, keep, cache; a lease (acquire, release)' },
  { pattern: /\bholders?\b(?![- ]of[- ]key)/, instead: 'owner, client; EntryLease for the type' },
  { pattern: /\badmit(s|ted|ting|tance)?\b|\badmission\b/, instead: acts },
  { pattern: /\bjudg(e|es|ed|ing|e?ment)\b/, instead: acts },
  { pattern: /\bjournals?\b/, instead: 'events, log' },
  { pattern: /\barenas?\b/, instead: 'fault server' },
  { pattern: /\barsenals?\b/, instead: 'attacks' },
  { pattern: /\bstrikes?\b/, instead: 'attack' },
  { pattern: /\bworlds?\b|\bstaged?\b|\bstages\b/, instead: 'scenario, fake issuer', paths: /^packages\// },
  {
    pattern: /\bfunction check\b|\bcheck\u200B(?!(js|out|prime|server)\b)\w+/,
    instead: 'validate… (throws), deny… (returns), is… (boolean)',
  },
  { pattern: /[.#]check\((?!\))/, instead: 'validate… (throws), deny… (returns), is… (boolean)', paths: /^packages\// },
  { pattern: /\brefuse\u200B\w+/, instead: 'deny… (returns the error) or validate… (throws)' },
  {
    pattern: /(?<![-"\u200B])\breporters?\b/,
    instead: 'listener, log, metrics',
    paths: /^packages\/[^/]+\/(src|test)\//,
  },
  { pattern: /\btell(ing)?\b\u200B|\btell\(/, instead: 'send, publish, notify' },
  {
    pattern: /(?<!unencoded |detached )\bpayloads?\b(?! of RFC|:)/,
    instead: 'claims',
    paths: /^packages\/[^/]+\/src\//,
  },
  {
    pattern:
      /\b(const|let|readonly) users?\b(?!\u200B)|[.#]users?\b(?!\u200B)|(?<!\u200B)\busers?\u200B(?!pool|agent|info|profile)/,
    instead: 'subject, auth',
    paths: /^packages\/[^/]+\/src\//,
  },
  {
    pattern: /(?<!\u200B)\bservices?\b(?![\u200B ]unavailable)/,
    instead: 'the name of what it does',
    paths: /^packages\/[^/]+\/src\/.*\.ts$/,
  },
  { pattern: /\b(const|let) check\b/, instead: 'verify…, validate…, deny…, is…' },
  { pattern: /\bobservers?\b/, instead: 'listener, log, metrics' },
  {
    pattern:
      /\bfetch\u200Bfault|\bverify\u200Bmode|\bpolicy\u200Blimits|\bissuer\u200Bdirectory|\bresolved\u200Bdirectory|\bremote\u200Bkey\u200Bset\b|\bsignature\u200Bkey\b/,
    instead: 'the present name of the type',
  },
  // Parts of names that say nothing.
  { pattern: /(?<!package[- \u200B])\bmanagers?\b/, instead: 'the name of what it does' },
  { pattern: /\bhelpers?\b/, instead: 'the name of what it does' },
  { pattern: /\butils\b/, instead: 'the name of what it does' },
  // Prose.
  { pattern: /\bat hand\b/, instead: 'cached, in memory, loaded' },
  { pattern: /\bunder way\b/, instead: 'in flight, running' },
  { pattern: /\bso many\b/, instead: 'the number, the given percentage' },
  {
    pattern: /\b(nobody|anybody|whoever|somebody|everybody)\b/,
    instead: 'the actor: caller, client, operator, attacker',
  },
  { pattern: /\b(is|are|was|were|be|been|being|get|gets) told\b|\btold of\b/, instead: 'receives, is notified of' },
  { pattern: /\bdear(er|est)?\b/, instead: 'expensive' },
  { pattern: /\black(s|ed|ing)?\b(?! of)/, instead: 'does not have, is missing' },
  { pattern: /(?<!\bon[- ])\bdemand(s|ed|ing)?\b/, instead: 'require, requirement' },
  { pattern: /\bcomes? to its own\b/, instead: 'times out' },
  { pattern: /\bthe word that\b/, instead: 'a confirmation, a 304' },
  { pattern: /\bthe last word\b/, instead: 'the final decision, decides' },
  { pattern: /\bin the place of\b/, instead: 'instead of' },
  { pattern: /\basked for\b/, instead: 'requested, fetched' },
  { pattern: /\bbeside\b/, instead: 'next to, with, compared with, instead of' },
  { pattern: /\bha(s|ve|d) to\b/, instead: 'must, need not' },
  { pattern: /\blets? in\b(?!\u200B)/, instead: 'accept, authenticate' },
  {
    pattern: /(?<=\/\*\*|\/\/|^ *\*) (What|Who|Where|That|Whoever) /,
    instead: 'the subject or a verb: Returns, Whether, The',
    isCaseSensitive: true,
  },
];

/** A passage in which banned words are right, and why. */
export interface AllowedText {
  readonly text: string;
  readonly reason: string;
  /** Paths that the exception is limited to; every path if absent. */
  readonly paths?: RegExp;
}

export const allowedTexts: readonly AllowedText[] = [
  { text: 'The access token lacks a required scope', reason: 'clients see this text; it must stay as it is' },
  { text: 'verifier_signature_check_seconds', reason: 'the name of a metric' },
  { text: 'addresses.check(', paths: /proxy-settings/, reason: 'the method of net.BlockList' },
];

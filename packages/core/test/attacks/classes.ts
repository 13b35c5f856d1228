/** A class of attacks on token verifiers, and its publications. */
export interface AttackClass {
  readonly name: string;
  readonly advisory: string;
}

/** Every published class of attacks on bearer tokens, on keys, and on fetching keys. */
export const classes = {
  1: { name: 'an unsigned token', advisory: 'CVE-2015-9235, CVE-2022-23540, CVE-2020-28042' },
  2: {
    name: 'a public key used as a MAC key',
    advisory: 'CVE-2015-9235, CVE-2022-23541, CVE-2023-48223, CVE-2026-34950',
  },
  3: { name: 'an empty or guessable MAC key', advisory: 'CVE-2026-45363, CVE-2026-49852, CVE-2025-65945' },
  4: { name: 'an accepted algorithm that is not the algorithm of the key', advisory: 'CVE-2026-48523' },
  5: { name: 'one key for several algorithms', advisory: 'RFC 8725, section 3.1' },
  6: { name: 'a signature that no signer produces', advisory: 'CVE-2022-21449' },
  7: { name: 'a key inside the token', advisory: 'CVE-2018-0114, CVE-2024-21643' },
  8: { name: 'an injection in the key identifier', advisory: 'CVE-2026-81829' },
  9: { name: 'an unknown key identifier', advisory: 'CVE-2026-89313' },
  10: { name: 'a flood of tokens that causes fetches', advisory: 'RFC 8725, section 3.10' },
  11: { name: 'a key of another issuer', advisory: 'CVE-2026-49998, CVE-2026-50202, CVE-2025-59936' },
  12: { name: 'an untrusted issuer', advisory: 'RFC 8725, section 3.8' },
  13: { name: 'the cached result of another token or policy', advisory: 'CVE-2026-35039, CVE-2026-35030' },
  14: { name: 'a cached result after the token expired', advisory: 'CVE-2026-107719' },
  15: { name: 'a critical extension', advisory: 'CVE-2026-35042, CVE-2026-32597, CVE-2025-59420' },
  16: { name: 'an unencoded payload', advisory: 'CVE-2026-48525; RFC 7797' },
  17: { name: 'an encrypted token', advisory: 'CVE-2026-29000, CVE-2023-51774, CVE-2022-36083, CVE-2024-28176' },
  18: { name: 'size, dots and nesting', advisory: 'CVE-2025-30204, CVE-2025-27144, CVE-2025-61920, CVE-2025-53864' },
  19: { name: 'a claim of the wrong type', advisory: 'CVE-2025-30144, CVE-2026-25537, CVE-2020-26160' },
  20: { name: 'an audience that is not checked', advisory: 'CVE-2025-62610, CVE-2024-53861' },
  21: { name: 'a regular expression that is slow or keeps state', advisory: 'CVE-2026-35041, CVE-2026-35040' },
  22: { name: 'an option that is ignored silently', advisory: 'CVE-2026-107275' },
  23: { name: 'another encoding of the same bytes', advisory: 'RFC 8725, section 3.4; RFC 7515, section 2' },
  24: { name: 'text that parsers interpret differently', advisory: 'RFC 8725, section 3.7; RFC 7515, section 4' },
  25: { name: 'a token issued for another purpose', advisory: 'RFC 8725, section 3.12; CVE-2026-41164' },
  26: {
    name: 'a URL that the server is tricked into fetching',
    advisory: 'CVE-2026-48522, CVE-2026-102267, CVE-2026-59096',
  },
  27: { name: 'metadata of another issuer', advisory: 'RFC 8414, section 3.3' },
  28: { name: 'a removed key that stays trusted', advisory: 'CVE-2025-22149' },
  29: { name: 'a key set with a harmful member', advisory: 'CVE-2026-102274' },
  30: { name: 'a weak or malformed key', advisory: 'CVE-2017-15361; RFC 8725, section 3.5' },
  31: { name: 'a token bound to a key', advisory: 'RFC 9449, sections 4.3 and 7.1' },
  32: { name: 'a token bound to a certificate', advisory: 'RFC 8705, section 3' },
  33: { name: 'a verifier that is called re-entrantly', advisory: 'CVE-2025-64527' },
  34: { name: 'a key set that is parsed for every token', advisory: 'CVE-2026-59396' },
  35: { name: 'a document that exhausts or misleads its parser', advisory: 'CVE-2026-84890, CVE-2026-22036' },
  36: { name: 'an answer that reveals too much', advisory: 'RFC 8725, section 3.2; RFC 6750, section 3.1' },
} as const satisfies Readonly<Record<number, AttackClass>>;

/** The number of a class of attacks. */
export type ClassNumber = keyof typeof classes;

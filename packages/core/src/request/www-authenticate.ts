/** One challenge (RFC 9110, section 11.3): an authentication scheme and its parameters, in the order of the answer. */
export interface SchemeChallenge {
  readonly scheme: 'Bearer' | 'DPoP';
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Renders challenges as the value of one `WWW-Authenticate` field (RFC 9110, section 11.6.1). Bearer comes first: some
 * clients read nothing else.
 */
export function renderWwwAuthenticate(challenges: readonly SchemeChallenge[]): string {
  return challenges.toSorted(compareBearerFirst).map(renderChallenge).join(', ');
}

function compareBearerFirst(left: SchemeChallenge, right: SchemeChallenge): number {
  return Number(right.scheme === 'Bearer') - Number(left.scheme === 'Bearer');
}

function renderChallenge({ scheme, parameters }: SchemeChallenge): string {
  const list = Object.entries(parameters).map(([name, value]) => `${name}=${quotedString(value)}`);
  return `${scheme} ${list.join(', ')}`;
}

// RFC 9110, section 5.6.4, restricted to printable ASCII: realm and scope come from the configuration, and no text in it
// can end the string or the header.
function quotedString(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}

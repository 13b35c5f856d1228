const longest = 200;

/** A URL for a message: without control characters, credentials and what exceeds 200 characters. */
export function readableUrl(text: string): string {
  if (!URL.canParse(text)) return 'an unusable URL';
  const url = new URL(text);
  url.username = '';
  url.password = '';
  const { href } = url;
  return href.length > longest ? `${href.slice(0, longest)}…` : href;
}

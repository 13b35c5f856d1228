/** Returns the titles of the panels in a picture. */
export function panelTitles(picture: string): string[] {
  const titles = picture.matchAll(/<text [^>]*text-anchor="start" font-size="14" font-weight="600">([^<]*)</g);
  return [...titles].map(([, title = '']) => title);
}

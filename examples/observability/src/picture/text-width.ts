/** The size of all text but titles, in pixels. */
export const fontSize = 12;

/** Estimates the width of a text in pixels, for the widest of the usual fonts. */
export function textWidth(text: string, size: number = fontSize): number {
  let width = 0;
  for (const character of text) width += size * widthOf(character);
  return width;
}

function widthOf(character: string): number {
  if (/[A-Z_%µ]/.test(character)) return 0.74;
  if (/[mw]/.test(character)) return 0.9;
  return /[.,:;/ijl ]/.test(character) ? 0.36 : 0.62;
}

/** Describes a value that a function of the application threw, with its stack, on one line. Never throws. */
export function describeThrown(thrown: unknown): string {
  return onOneLine(() => (thrown instanceof Error ? (thrown.stack ?? thrown) : thrown));
}

/** Names a value that a function of the application threw, on one line. Never throws. */
export function nameThrown(thrown: unknown): string {
  return onOneLine(() => thrown);
}

// Reading or converting the value of an application may throw, whatever it is.
function onOneLine(read: () => unknown): string {
  try {
    return String(read()).replace(/\s*\n\s*/g, ' ');
  } catch {
    return 'a value that cannot be shown';
  }
}

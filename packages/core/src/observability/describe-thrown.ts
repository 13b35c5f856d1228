/** Describes a value that a function of the application threw, on one line. Never throws, whatever the value is. */
export function describeThrown(thrown: unknown): string {
  try {
    const text = thrown instanceof Error ? String(thrown.stack ?? thrown) : String(thrown);
    return text.replace(/\s*\n\s*/g, ' ');
  } catch {
    return 'a value that cannot be shown';
  }
}

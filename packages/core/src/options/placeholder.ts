const inBrackets = /\$?\{[\w .-]+\}|<[\w .-]+>/;
const inCapitals = /\bYOUR_[A-Z_]+\b|^your[-_](?:audience|api|client|domain|tenant)[\w-]*$/;

/** Whether a text contains a placeholder of an example, such as `{clientId}`, `<your-domain>` or `YOUR_CLIENT_ID`. */
export function hasPlaceholder(text: string): boolean {
  return inBrackets.test(text) || inCapitals.test(text);
}

/** The headers of a Node.js request by their names in lower case. Middleware may have set or deleted some of them. */
export interface NodeHeaders {
  readonly [name: string]: string | readonly string[] | undefined;
}

// Node.js keeps only the first of several in `headers`. It joins the values of most other headers.
const keptOnce: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization']);
const none: readonly string[] = Object.freeze([]);

/**
 * Reads the values of a header. `headers` decides whether there is one, because middleware edits it. `rawHeaders` shows
 * only whether the header was sent more than once.
 *
 * @param rawHeaders - Names as sent, alternating with their values. Absent from requests that no server received.
 * @param name - In lower case.
 */
export function readHeader(
  headers: NodeHeaders | undefined,
  rawHeaders: readonly string[] | undefined,
  name: string,
): readonly string[] {
  const values = valuesIn(headers, name);
  const [value] = values;
  if (value === undefined || !Array.isArray(rawHeaders)) return values;
  const sent = valuesSent(rawHeaders, name);
  if (sent.length < 2) return values;
  if (keptOnce.has(name)) return [...values, ...sent.slice(1)];
  return sent.join(name === 'cookie' ? '; ' : ', ') === value ? sent : values;
}

function valuesIn(headers: NodeHeaders | undefined, name: string): readonly string[] {
  if (typeof headers !== 'object' || headers === null) return none;
  if (Object.hasOwn(headers, name)) return textsIn(headers[name]);
  // The class of the Fetch API, in which a token would otherwise be overlooked.
  if (isFetchHeaders(headers)) return textsIn(headers.get(name));
  // Servers write names in lower case; the mocked requests of tests may not.
  const names = Object.keys(headers).filter((each) => each.toLowerCase() === name);
  return names.flatMap((each) => textsIn(headers[each]));
}

// Of any implementation; a member named `get` may be a header, or be added to every object.
function isFetchHeaders(headers: object): headers is Headers {
  return Object.prototype.toString.call(headers) === '[object Headers]';
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : none;
}

function valuesSent(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index];
    if (candidate?.length !== name.length) continue;
    if (candidate.toLowerCase() === name) values.push(rawHeaders[index + 1] ?? '');
  }
  return values;
}

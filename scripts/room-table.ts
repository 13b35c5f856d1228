/** A folder (`keys/`) or a loose file (`guard.ts`) of `packages/core/src`. */
export interface Room {
  readonly name: string;
  /** One phrase for the table in `docs/architecture.md`. */
  readonly contains: string;
}

/**
 * The rooms of core, highest level first. A room imports only rooms of lower levels.
 * The table may contain rooms that do not exist yet. A file outside every room is an error.
 */
export const roomLevels: readonly (readonly Room[])[] = [
  [
    { name: 'index.ts', contains: 'The public surface: named exports only' },
    { name: 'pino.ts', contains: 'The entry point `@verifier/core/pino`: serializers and redaction for logs' },
  ],
  [
    {
      name: 'guard/',
      contains: 'Shared by all adapters: authenticate a request, authorize a route, write the answer',
    },
  ],
  [{ name: 'create-verifier.ts', contains: 'The entry point of applications' }],
  [{ name: 'process-verifier.ts', contains: 'Joins the rooms below; contains no rules' }],
  [{ name: 'verifier.ts', contains: 'The `Verifier` interface: types only' }],
  [{ name: 'verification/', contains: 'The sequence of steps that verifies a token, one file for each kind of token' }],
  [
    { name: 'binding/', contains: 'Proof of possession of a key, verified on every request' },
    { name: 'authorization/', contains: 'The requirements of a route on a verified token' },
    { name: 'issuers/', contains: 'The trusted issuers, and their state that one process shares' },
    { name: 'revocation/', contains: 'The revocation list and the feeds that fill it' },
    { name: 'resource/', contains: 'Protected-resource metadata' },
    { name: 'providers/', contains: 'Options for well-known authorization servers' },
    { name: 'proxies/', contains: 'Headers with the client certificate, for well-known proxies' },
  ],
  [{ name: 'options/', contains: 'Option types, defaults, bounds, and which options take part in the sharing key' }],
  [{ name: 'observability/', contains: 'Events, statistics, warnings, metrics' }],
  [
    { name: 'keys/', contains: 'Key sets and metadata: fetch, refresh, trust, back-off, selection of a key' },
    { name: 'request/', contains: 'The request, the credentials in it, the challenge that answers it' },
    { name: 'requirements.ts', contains: 'The requirements of a route, as an application writes them: types only' },
  ],
  [
    { name: 'http/', contains: 'Fetches one JSON document: time-out, size limit, https, no redirects' },
    { name: 'token/', contains: 'Compact JWS, header, claims: pure functions' },
  ],
  [{ name: 'store/', contains: 'Shared by a fleet: the interface and the in-memory default' }],
  [{ name: 'runtime/', contains: 'The seam between Node.js and other runtimes: signatures, HTTP, telemetry, clocks' }],
  [
    { name: 'crypto/', contains: 'The table of algorithms, and encodings' },
    { name: 'lib/', contains: 'Small functions without a domain' },
  ],
  [
    { name: 'errors.ts', contains: 'Error classes and codes' },
    { name: 'version.ts', contains: 'The exact version of core' },
  ],
];

// Counts the functions of core that one request runs through, and their files: `npm run trace [-- --check] [--list]`.
// Traces one `authenticate` of a Node.js request with a new token, with loaded and imported keys, and a second one with
// the same token. Functions of Node.js, of dependencies and of this script do not count; top levels of modules do not
// either. `--check` fails if a budget is exceeded, `--list` prints the functions.
import { generateKeyPairSync, sign } from 'node:crypto';
import { Session } from 'node:inspector/promises';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './workspace.ts';

type Core = typeof import('@verifier/core');

interface Budget {
  readonly functions: number;
  readonly files: number;
}

const budgets: Readonly<Record<string, Budget>> = {
  'new token': { functions: 110, files: 22 },
  'seen token': { functions: 45, files: 22 },
};

const folder = process.argv.find((argument) => argument.startsWith('--core='))?.slice('--core='.length);
const source = pathToFileURL(`${folder ?? join(root, 'packages', 'core', 'src')}/`);
const issuer = 'https://issuer.example';
const audience = 'api://trace';

// Traces the sources, not the bundle: without the hook, `#runtime` resolves to a file of the build.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '#runtime'
      ? { url: new URL('runtime/node.ts', source).href, shortCircuit: true }
      : next(specifier, context),
});

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'key', alg: 'RS256', use: 'sig' }];

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function signToken(jti: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer,
    aud: audience,
    sub: 'subject',
    client_id: 'client',
    scope: 'read write',
    jti,
    iat: now,
    exp: now + 600,
  };
  const input = `${encode({ alg: 'RS256', kid: 'key', typ: 'at+jwt' })}.${encode(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}

async function answer(url: string): Promise<Response> {
  return Response.json(url.endsWith('/keys') ? { keys } : { issuer, jwks_uri: `${issuer}/keys` });
}

function requestWith(token: string): Parameters<Core['fromNodeRequest']>[0] {
  return {
    method: 'GET',
    url: '/',
    rawHeaders: ['Host', 'api.example', 'Authorization', `Bearer ${token}`],
    headers: { host: 'api.example', authorization: `Bearer ${token}` },
  };
}

/** Returns the functions of core that run during `work`, as `file: name (offset)`. */
async function traceFunctions(session: Session, work: () => unknown): Promise<string[]> {
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await session.post('Profiler.takePreciseCoverage');
  await work();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  await session.post('Profiler.stopPreciseCoverage');
  return result
    .filter(({ url }) => url.startsWith(source.href))
    .flatMap(({ url, functions }) =>
      functions
        .filter(({ ranges: [range] }) => (range?.count ?? 0) > 0 && range?.startOffset !== 0)
        .map(
          ({ functionName, ranges: [range] }) =>
            `${url.slice(source.href.length)}: ${functionName || 'anonymous'} (${range?.startOffset})`,
        ),
    );
}

async function main(): Promise<boolean> {
  const { createVerifier, fromNodeRequest } = (await import(new URL('index.ts', source).href)) as Core;
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  const verifier = createVerifier({ issuer, audience, http: { fetch: answer } });
  const authenticate = async (token: string): Promise<void> => {
    const result = await verifier.authenticate(fromNodeRequest(requestWith(token)));
    if (!result.ok) throw result.error;
  };
  // Loads and imports the key.
  for (const jti of ['first', 'second']) await authenticate(signToken(jti));
  const token = signToken('traced');
  const traces = {
    'new token': await traceFunctions(session, () => authenticate(token)),
    'seen token': await traceFunctions(session, () => authenticate(token)),
  };
  await verifier.close();
  session.disconnect();
  return Object.entries(traces)
    .map(([name, functions]) => report(name, functions))
    .every(Boolean);
}

function report(name: string, functions: readonly string[]): boolean {
  const { length: count } = functions;
  const files = new Set(functions.map((entry) => entry.split(':')[0])).size;
  const budget = budgets[name] ?? { functions: 0, files: 0 };
  const isWithin = count <= budget.functions && files <= budget.files;
  console.log(
    `${name}: ${count} functions in ${files} files, of ${budget.functions} in ${budget.files}${isWithin ? '' : ': OVER BUDGET'}`,
  );
  if (process.argv.includes('--list'))
    console.log(
      functions
        .map((entry) => `  ${entry}`)
        .sort()
        .join('\n'),
    );
  return isWithin;
}

process.exitCode = (await main()) || !process.argv.includes('--check') ? 0 : 1;

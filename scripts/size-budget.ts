// The size budget of the published packages. It forbids names instead of counting bytes, so that a failure names the cause.
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type OutputChunk, rolldown } from 'rolldown';
import { failed, type Outcome, passed } from './step.ts';
import { publishedPackages, root, type WorkspacePackage } from './workspace.ts';

interface TextBudget {
  packages: RegExp;
  forbidden: RegExp;
  reason: string;
}

/** Names that the code of a package must not contain. */
const textBudgets: readonly TextBudget[] = [
  {
    packages: /\/core$/,
    forbidden: /\b(HS(256|384|512)|RSA1_5|RSA-OAEP|PBES2|A(128|192|256)(KW|GCM)|ECDH-ES|ES256K)\b/,
    reason: 'symmetric and encryption algorithms are never accepted',
  },
  {
    packages: /\/(?!core$)/,
    forbidden: /\b(jose|undici|lru-cache|LRUCache|createPublicKey|importJWK|subtle|base64url|jwks_uri)\b/,
    reason: 'keys, tokens and the network belong to core',
  },
  {
    packages: /\/(?!core$)/,
    forbidden: /www-authenticate|\b(invalid_token|invalid_request|insufficient_scope|temporarily_unavailable)\b/i,
    reason: 'core writes the answers',
  },
];

interface GraphBudget {
  packages: RegExp;
  /** The built files of the entry points; all by default. */
  entries?: RegExp;
  conditions: string[];
  forbidden: RegExp;
  /** Whether `import()` counts too. */
  dynamic: boolean;
  reason: string;
}

/** Modules that must not be loaded, under the export conditions of a platform. */
const graphBudgets: readonly GraphBudget[] = [
  {
    packages: /./,
    conditions: ['node', 'import'],
    forbidden: /^(jose|undici|(node:)?(https?|http2|net|tls|zlib|worker_threads|child_process|fs))(\/|$)/,
    dynamic: false,
    reason: 'loaded by importing the package on Node.js',
  },
  {
    packages: /./,
    conditions: ['node', 'import'],
    forbidden: /^jose(\/|$)/,
    dynamic: true,
    reason: 'node:crypto verifies on Node.js',
  },
  {
    packages: /\/nest$/,
    entries: /\/index\.js$/,
    conditions: ['node', 'import'],
    forbidden: /^@nestjs\/(graphql|microservices|swagger|websockets)(\/|$)/,
    dynamic: true,
    reason: 'an optional peer, which only its own entry point loads',
  },
  {
    packages: /\/(core|hono)$/,
    conditions: ['workerd', 'import'],
    forbidden: /^(node:|undici(\/|$))/,
    dynamic: true,
    reason: 'web runtimes do not have it',
  },
];

function entryFiles({ folder, manifest: { exports = {} } }: WorkspacePackage): string[] {
  const targets = Object.values(exports).map((target) => (Object(target) as { default?: string }).default);
  return targets.filter((file) => file !== undefined).map((file) => join(folder, file));
}

/** Third-party packages and built-in modules are leaves of the graph. Workspace packages and `#imports` are not. */
function isLeaf(id: string): boolean {
  return /^[^./#]/.test(id) && !id.startsWith('@verifier/');
}

async function chunksOf(entry: string, conditions: string[]): Promise<OutputChunk[]> {
  const resolve = { conditionNames: conditions };
  const bundle = await rolldown({ input: { entry }, platform: 'neutral', external: isLeaf, treeshake: false, resolve });
  const { output } = await bundle.generate();
  return output.filter((chunk) => chunk.type === 'chunk');
}

/** Returns the leaves that an entry point imports statically and, with `dynamic`, those behind `import()`. */
async function leavesOf(entry: string, { conditions, dynamic }: GraphBudget): Promise<string[]> {
  const chunks = new Map((await chunksOf(entry, conditions)).map((chunk) => [chunk.fileName, chunk]));
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const chunk = chunks.get(name);
    const next = chunk === undefined ? [] : [...chunk.imports, ...(dynamic ? chunk.dynamicImports : [])];
    next.forEach(visit);
  };
  visit('entry.js');
  return [...seen].filter((name) => !chunks.has(name));
}

function textFaults({ folder, manifest: { name } }: WorkspacePackage): string[] {
  const files = globSync('dist/**/*.js', { cwd: folder });
  const budgets = textBudgets.filter(({ packages }) => packages.test(name));
  return files.flatMap((file) => {
    const code = readFileSync(join(folder, file), 'utf8');
    return budgets.flatMap(({ forbidden, reason }) => {
      const found = forbidden.exec(code);
      return found === null ? [] : [`${name}: ${file} contains ${found[0]}: ${reason}`];
    });
  });
}

async function graphFaults(source: WorkspacePackage): Promise<string[]> {
  const { name } = source.manifest;
  const faults: string[] = [];
  for (const budget of graphBudgets.filter(({ packages }) => packages.test(name))) {
    for (const entry of entryFiles(source).filter((file) => budget.entries?.test(file) ?? true)) {
      const found = (await leavesOf(entry, budget)).filter((leaf) => budget.forbidden.test(leaf));
      const platform = budget.conditions[0];
      faults.push(
        ...found.map((leaf) => `${name}: ${relative(root, entry)} imports ${leaf} (${platform}): ${budget.reason}`),
      );
    }
  }
  return faults;
}

/** Fails if a published package contains a forbidden name or loads a forbidden module. */
export async function sizeBudget(): Promise<Outcome> {
  const sources = publishedPackages();
  const faults = sources.flatMap(textFaults);
  for (const source of sources) faults.push(...(await graphFaults(source)));
  return faults.length === 0 ? { ...passed(), passed: sources.length } : failed(faults.join('\n'));
}

if (import.meta.main) {
  const { failed, output } = await sizeBudget();
  console.log(failed > 0 ? output : 'No package contains a forbidden name or loads a forbidden module.');
  process.exitCode = failed > 0 ? 1 : 0;
}

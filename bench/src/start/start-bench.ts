import { prepareTokens, startIssuer } from '../issuer/issuer.ts';
import { interleave } from '../measure/rounds.ts';
import { type Figure, figureOf } from '../measure/statistics.ts';
import type { Plan } from '../plan.ts';
import { startChild } from '../process/child.ts';
import { readTokenFile, type Target } from '../tokens/token-file.ts';
import type { ColdCommands, ColdName } from './cold-role.ts';
import type { Imported, ImporterCommands } from './importer-role.ts';

/** The cost of importing a package after its framework. */
interface ImportResult {
  readonly name: string;
  /** Packages imported before, not counted. */
  readonly over: readonly string[];
  readonly ms: Figure;
  readonly bytes: number;
  readonly files: number;
  readonly packages: readonly string[];
}

/** The time from the first import to the first verified token. */
export interface ColdResult {
  readonly name: ColdName;
  readonly ms: Figure;
  /** The number of documents fetched one after the other. */
  readonly roundTrips: number;
}

/** All measurements of starts. */
export interface StartResults {
  readonly latencyMs: number;
  readonly imports: readonly ImportResult[];
  readonly cold: readonly ColdResult[];
}

interface ImportCase {
  readonly before: readonly string[];
  readonly measured: readonly string[];
}

const nest = ['reflect-metadata', '@nestjs/common', '@nestjs/core', '@nestjs/platform-express'];

const importCases: readonly ImportCase[] = [
  { before: [], measured: ['@verifier/core'] },
  { before: [], measured: ['jose'] },
  // The HTTP client that core loads with the first fetch, and that of a peer.
  { before: [], measured: ['undici'] },
  { before: [], measured: ['node:https'] },
  { before: [], measured: ['fast-jwt'] },
  { before: [], measured: ['fast-jwt', 'get-jwks'] },
  { before: [], measured: ['aws-jwt-verify'] },
  { before: [], measured: ['jsonwebtoken', 'jwks-rsa'] },
  { before: [], measured: ['@okta/jwt-verifier'] },
  { before: ['express'], measured: ['@verifier/express'] },
  { before: ['express'], measured: ['express-oauth2-jwt-bearer'] },
  { before: ['express'], measured: ['passport', 'passport-jwt', 'jwks-rsa'] },
  { before: ['fastify'], measured: ['@verifier/fastify'] },
  { before: ['fastify'], measured: ['fastify-jwt-jwks'] },
  { before: ['fastify'], measured: ['@fastify/jwt', 'get-jwks'] },
  { before: nest, measured: ['@verifier/nest'] },
  { before: nest, measured: ['@nestjs/passport', 'passport', 'passport-jwt', 'jwks-rsa'] },
  { before: ['hono', '@hono/node-server'], measured: ['@verifier/hono'] },
  { before: ['hono', '@hono/node-server'], measured: ['hono/jwk'] },
];

const coldNames: readonly ColdName[] = [
  'verifier',
  'verifier-discovery',
  'jose',
  'fast-jwt-async',
  'aws-jwt-verify',
  'jsonwebtoken',
  'okta-jwt-verifier',
  'express-oauth2-jwt-bearer',
  'express-oauth2-jwt-bearer-discovery',
];

const latencyMs = 50;

/** Measures imports and cold starts. */
export async function benchStart(plan: Plan, say: (line: string) => void): Promise<StartResults> {
  say('start: imports');
  const imports = await measureImports(plan);
  say('start: first verified token of a process');
  return { latencyMs, imports, cold: await measureCold(plan) };
}

async function measureImports({ start }: Plan): Promise<ImportResult[]> {
  const times = await interleave(importCases, asRepetition(start), async (of) => (await importOnce(of, false)).ms);
  const results: ImportResult[] = [];
  for (const [of, taken] of times) {
    const { bytes, files, packages } = await importOnce(of, true);
    results.push({ name: of.measured.join(' + '), over: of.before, ms: figureOf(taken), bytes, files, packages });
  }
  return results;
}

async function importOnce(of: ImportCase, trace: boolean): Promise<Imported> {
  const child = await startChild<ImporterCommands>('importer');
  const imported = await child.ask('import', { ...of, trace });
  await child.end();
  return imported;
}

// Every round is a new process; the first one fills the file cache of the system.
function asRepetition({ rounds }: Plan['start']): { rounds: number; ms: number; warmUpMs: number } {
  return { rounds, ms: 0, warmUpMs: 0 };
}

async function measureCold({ start }: Plan): Promise<ColdResult[]> {
  const issuer = await startIssuer(latencyMs);
  const { target, repeated } = readTokenFile(await prepareTokens(issuer, 'RS256', 1));
  const roundTrips = new Map<ColdName, number>();
  const times = await interleave(coldNames, asRepetition(start), async (name) => {
    await issuer.takeCount();
    const ms = await startCold(name, target, repeated[0] ?? '');
    roundTrips.set(name, await issuer.takeCount());
    return ms;
  });
  await issuer.end();
  return [...times].map(([name, taken]) => ({ name, ms: figureOf(taken), roundTrips: roundTrips.get(name) ?? 0 }));
}

async function startCold(name: ColdName, target: Target, token: string): Promise<number> {
  const child = await startChild<ColdCommands>('cold');
  const ms = await child.ask('verify', { name, target, token });
  await child.end();
  return ms;
}

import { type Issuer, prepareTokens, startIssuer } from '../issuer/issuer.ts';
import { interleave } from '../measure/rounds.ts';
import { differenceOf, type Figure, figureOf, ratioOf } from '../measure/statistics.ts';
import type { Plan } from '../plan.ts';
import { type Child, startChild } from '../process/child.ts';
import type { Profile } from '../profile/cpu-profile.ts';
import { readTokenFile, type TokenFile } from '../tokens/token-file.ts';
import type { LoadCommands, TokenKind } from './load-role.ts';
import { type Framework, frameworks, type ServerName, serverOf, serversOf } from './server-catalog.ts';
import type { ServerCommands } from './server-role.ts';
import { route } from './servers/server.ts';

/** The measurements of one server with one kind of tokens. */
export interface HttpResult {
  readonly framework: Framework;
  readonly server: ServerName;
  readonly kind: TokenKind;
  readonly requestsPerSecond: Figure;
  /** The requests per second divided by those of the framework alone. */
  readonly ofBare: Figure;
  /** CPU time of the server per request at the even rate, all threads, in microseconds. */
  readonly cpu: Figure;
  /** The same, minus that of the framework alone with the same headers at the same rate. */
  readonly cpuAdded: Figure;
  /** Milliseconds. */
  readonly p50: Figure;
  readonly p99: Figure;
}

/** All measurements of servers. */
export interface HttpResults {
  readonly connections: number;
  /** Requests per second while CPU time is measured. */
  readonly evenRate: number;
  readonly results: readonly HttpResult[];
  /** CPU profiles of the servers with our guards. */
  readonly profiles: Readonly<Record<string, Profile>>;
}

interface Runner {
  readonly name: ServerName;
  readonly child: Child<ServerCommands>;
  readonly port: number;
}

interface Sample {
  readonly requestsPerSecond: number;
  readonly cpu: number;
  readonly p50: number;
  readonly p99: number;
}

const connections = 32;

// Lower than the capacity of every server. The CPU time of a request falls as load rises, so servers are compared at
// equal load.
const evenRate = 2500;

/** Measures servers, one framework after the other, under the load of another process. */
export async function benchHttp(plan: Plan, say: (line: string) => void): Promise<HttpResults> {
  const issuer = await startIssuer();
  const tokenFile = await prepareTokens(issuer, 'RS256', plan.uniqueTokens);
  const generator = await startChild<LoadCommands>('load');
  await generator.ask('open', { tokenFile });
  const results: HttpResult[] = [];
  const profiles: Record<string, Profile> = {};
  for (const framework of frameworks) {
    say(`http: ${framework}`);
    const runners = await startServers(framework, issuer, readTokenFile(tokenFile));
    for (const kind of ['repeated', 'unique'] as const) {
      results.push(...(await measureKind(runners, generator, framework, kind, plan)));
      Object.assign(profiles, await profileOurs(runners, generator, kind, plan));
    }
    await Promise.all(runners.map(({ child }) => child.end()));
  }
  await Promise.all([generator.end(), issuer.end()]);
  return { connections, evenRate, results, profiles };
}

async function startServers(framework: Framework, issuer: Issuer, file: TokenFile): Promise<Runner[]> {
  const runners: Runner[] = [];
  for (const name of serversOf(framework)) {
    const child = await startChild<ServerCommands>('server');
    const port = await child.ask('listen', { name, target: file.target });
    if (['ours', 'peer'].includes(serverOf(name).kind)) await validateServer(name, port, file);
    runners.push({ name, child, port });
  }
  await issuer.takeCount();
  return runners;
}

async function validateServer(name: ServerName, port: number, { repeated, bad }: TokenFile): Promise<void> {
  const statusFor = async (token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`http://127.0.0.1:${port}${route}`, { headers });
    await response.body?.cancel();
    return response.status;
  };
  const status = await statusFor(repeated[0] ?? '');
  if (status !== 200) throw new Error(`${name} answers a good token with ${status}`);
  for (const [fault, token] of Object.entries(bad)) {
    const refused = await statusFor(token);
    if (refused < 400) throw new Error(`${name} answers ${refused} to an invalid token: ${fault}`);
  }
}

async function measureKind(
  runners: readonly Runner[],
  generator: Child<LoadCommands>,
  framework: Framework,
  kind: TokenKind,
  { http }: Plan,
): Promise<HttpResult[]> {
  const samples = await interleave(runners, http, (runner, ms) => measureOne(runner, generator, kind, ms));
  const [bare = []] = [...samples].filter(([{ name }]) => serverOf(name).kind === 'bare').map(([, taken]) => taken);
  return [...samples].map(([{ name }, taken]) => ({
    framework,
    server: name,
    kind,
    requestsPerSecond: figureOf(column(taken, 'requestsPerSecond')),
    ofBare: ratioOf(column(taken, 'requestsPerSecond'), column(bare, 'requestsPerSecond')),
    cpu: figureOf(column(taken, 'cpu')),
    cpuAdded: differenceOf(column(taken, 'cpu'), column(bare, 'cpu')),
    p50: figureOf(column(taken, 'p50')),
    p99: figureOf(column(taken, 'p99')),
  }));
}

function column(samples: readonly Sample[], name: keyof Sample): number[] {
  return samples.map((sample) => sample[name]);
}

async function measureOne(
  { child, port, name }: Runner,
  generator: Child<LoadCommands>,
  kind: TokenKind,
  ms: number,
): Promise<Sample> {
  const run = { port, kind, connections, ms };
  const busy = await generator.ask('run', run);
  const before = await child.ask('cpu', undefined);
  const even = await generator.ask('run', { ...run, rate: evenRate });
  const after = await child.ask('cpu', undefined);
  const failures = { ...busy.failures, ...even.failures };
  if (Object.keys(failures).length > 0) throw new Error(`${name} failed under load: ${JSON.stringify(failures)}`);
  const { count, seconds, p50, p99 } = busy;
  return { requestsPerSecond: count / seconds, cpu: (after - before) / even.count, p50, p99 };
}

async function profileOurs(
  runners: readonly Runner[],
  generator: Child<LoadCommands>,
  kind: TokenKind,
  { http }: Plan,
): Promise<Record<string, Profile>> {
  const profiles: Record<string, Profile> = {};
  for (const { name, child, port } of runners) {
    if (serverOf(name).kind !== 'ours') continue;
    await child.ask('startProfile', undefined);
    await generator.ask('run', { port, kind, connections, ms: http.ms });
    profiles[`${name}, ${kind}`] = await child.ask('stopProfile', undefined);
  }
  return profiles;
}

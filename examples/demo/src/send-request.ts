import type { Answer, DemoRequest, IssuerFetch, Outcome } from './demo-request.ts';
import type { Environment } from './environment.ts';
import type { RunningApi } from './running-api.ts';

const requestsPerPhase = 200;
const concurrency = 20;

/** Sends a request to every API, over HTTP, and counts the fetches from the authorization server that it causes. */
export async function sendRequest(request: DemoRequest, environment: Environment): Promise<Outcome> {
  const before = countFetches(environment);
  await request.before?.();
  const background = request.background?.();
  const send = request.during === undefined ? sendOnce : sendUnderLoad;
  const answers = await send(request, environment);
  await background;
  return { request, answers, fetches: fetchesSince(before, countFetches(environment)) };
}

async function sendOnce(request: DemoRequest, { apis }: Environment): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const api of apis) answers.push(await sendTo(api, request));
  return answers;
}

// Sends to all APIs concurrently, and reports the worst answer of each.
async function sendUnderLoad(request: DemoRequest, { apis }: Environment): Promise<Answer[]> {
  const answers = apis.map((): Answer[] => []);
  const phase = (): Promise<unknown> =>
    Promise.all(apis.map((api, index) => repeat(async () => answers[index]?.push(await sendTo(api, request)))));
  await phase();
  await Promise.all([phase(), request.during?.()]);
  await phase();
  return answers.map((list) => worstOf(list, request.expected.status));
}

async function repeat(task: () => Promise<unknown>): Promise<void> {
  const sendInSequence = async (): Promise<void> => {
    for (let sent = 0; sent < requestsPerPhase / concurrency; sent += 1) await task();
  };
  await Promise.all(Array.from({ length: concurrency }, sendInSequence));
}

function worstOf(answers: readonly Answer[], expectedStatus: number): Answer {
  const [first] = answers;
  const worst = answers.find(({ status }) => status !== expectedStatus) ?? first;
  if (worst === undefined) throw new Error('No request was sent');
  const requests = answers.filter(({ status }) => status === worst.status).length;
  return { ...worst, requests, milliseconds: Math.max(...answers.map(({ milliseconds }) => milliseconds)) };
}

async function sendTo({ name, origin }: RunningApi, { method = 'GET', path, token }: DemoRequest): Promise<Answer> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token()}` };
  const start = performance.now();
  const response = await fetch(`${origin}${path}`, { method, headers, signal: AbortSignal.timeout(10_000) });
  await response.arrayBuffer();
  return {
    api: name,
    requests: 1,
    status: response.status,
    challenge: response.headers.get('www-authenticate') ?? undefined,
    retryAfter: response.headers.get('retry-after') ?? undefined,
    milliseconds: performance.now() - start,
  };
}

type FetchCounts = Readonly<Record<IssuerFetch, number>>;

function countFetches({ issuer, failedFetches }: Environment): FetchCounts {
  const { discovery, keys } = issuer.counts;
  return { metadata: discovery, keys, failed: failedFetches() };
}

function fetchesSince(before: FetchCounts, after: FetchCounts): IssuerFetch[] {
  const kinds: IssuerFetch[] = ['metadata', 'keys', 'failed'];
  return kinds.flatMap((kind) => Array.from({ length: after[kind] - before[kind] }, () => kind));
}

import type { RunningApi } from './framework.ts';
import type { Answer, Contact, Outcome, Question } from './question.ts';
import type { Setting } from './setting.ts';

const requestsPerPhase = 200;
const lanes = 20;

/** Asks every API a question, over HTTP, and counts what that brings upon the authorization server. */
export async function ask(question: Question, setting: Setting): Promise<Outcome> {
  const before = contactsSoFar(setting);
  await question.before?.();
  const background = question.background?.();
  const answers = question.during === undefined ? await askEach(question, setting) : await askOften(question, setting);
  await background;
  return { question, answers, contacts: contactsSince(before, contactsSoFar(setting)) };
}

async function askEach(question: Question, { apis }: Setting): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const api of apis) answers.push(await send(question, api));
  return answers;
}

// Every API at once; the answers of each are summed up to its worst.
async function askOften(question: Question, { apis }: Setting): Promise<Answer[]> {
  const answers = apis.map((): Answer[] => []);
  const phase = (): Promise<unknown> =>
    Promise.all(apis.map((api, index) => repeat(async () => answers[index]?.push(await send(question, api)))));
  await phase();
  await Promise.all([phase(), question.during?.()]);
  await phase();
  return answers.map((list) => sumUp(list, question.expected.status));
}

async function repeat(task: () => Promise<unknown>): Promise<void> {
  const lane = async (): Promise<void> => {
    for (let sent = 0; sent < requestsPerPhase / lanes; sent += 1) await task();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

function sumUp(answers: readonly Answer[], expectedStatus: number): Answer {
  const [first] = answers;
  const worst = answers.find(({ status }) => status !== expectedStatus) ?? first;
  if (worst === undefined) throw new Error('No request was sent');
  const requests = answers.filter(({ status }) => status === worst.status).length;
  return { ...worst, requests, milliseconds: Math.max(...answers.map(({ milliseconds }) => milliseconds)) };
}

async function send({ method = 'GET', path, token }: Question, { name, origin }: RunningApi): Promise<Answer> {
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

type ContactCounts = Readonly<Record<Contact, number>>;

function contactsSoFar({ issuer, failedFetches }: Setting): ContactCounts {
  const { discovery, keys } = issuer.counts;
  return { metadata: discovery, keys, 'no answer': failedFetches() };
}

function contactsSince(before: ContactCounts, after: ContactCounts): Contact[] {
  const kinds: Contact[] = ['metadata', 'keys', 'no answer'];
  return kinds.flatMap((kind) => Array.from({ length: after[kind] - before[kind] }, () => kind));
}

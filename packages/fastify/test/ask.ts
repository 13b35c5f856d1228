import { exchange, type RawResponse, type RunningApp } from '@verifier/conformance';
import type { FastifyInstance } from 'fastify';
import { listen } from './fastify-harness.ts';

/** A request of a test. */
export interface Question {
  readonly method?: string;
  readonly path?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const running = new Map<FastifyInstance, RunningApp>();

/** Sends a request over a socket. The application is served from the first request until {@link closeAll}. */
export async function ask(server: FastifyInstance, question: Question = {}): Promise<RawResponse> {
  const { method = 'GET', path = '/', token, headers = {} } = question;
  const app = running.get(server) ?? (await listen(server));
  running.set(server, app);
  const credentials = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  return exchange(app.origin, { method, path, headers: Object.entries({ ...credentials, ...headers }) });
}

/** The statuses of several requests, in their order. */
export async function statuses(server: FastifyInstance, ...questions: readonly Question[]): Promise<number[]> {
  const answers: number[] = [];
  for (const question of questions) answers.push((await ask(server, question)).status);
  return answers;
}

/** Closes every application that received a request. */
export async function closeAll(): Promise<void> {
  const apps = [...running.values()];
  running.clear();
  await Promise.all(apps.map((app) => app.close()));
}

/** The value of a header; undefined if it was not sent. */
export function headerOf({ headers }: RawResponse, name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

import { exchange, type RawResponse, type RunningApp } from '@verifier/conformance';
import { listen, type Served } from './runtimes/node.ts';

/** A request of a test. */
export interface Question {
  readonly method?: string;
  readonly path?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request to a running application over a socket. */
export function askRunning({ origin }: RunningApp, question: Question = {}): Promise<RawResponse> {
  const { method = 'GET', path = '/', token, headers = {} } = question;
  const credentials = token === undefined ? [] : ([['Authorization', `Bearer ${token}`]] as const);
  return exchange(origin, { method, path, headers: [...credentials, ...Object.entries(headers)] });
}

/** Serves an application for one request. */
export async function ask(app: Served, question: Question = {}): Promise<RawResponse> {
  const running = await listen(app);
  try {
    return await askRunning(running, question);
  } finally {
    await running.close();
  }
}

/** One header of a response. */
export function headerOf({ headers }: RawResponse, name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

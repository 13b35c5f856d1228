import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Commands, type Request, type Response, readyId } from './role.ts';

const entry = fileURLToPath(new URL('../index.ts', import.meta.url));
const running = new Set<ChildProcess>();

/** Ends all running child processes when this process ends. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A child process that answers commands. */
export interface Child<TCommands extends Commands> {
  /** Rejects if the child fails, ends, or takes longer than a minute. */
  ask<TName extends keyof TCommands & string>(
    name: TName,
    input: TCommands[TName]['input'],
  ): Promise<TCommands[TName]['output']>;
  end(): Promise<void>;
}

/** Settings of a child process. */
export interface ChildOptions {
  readonly args?: readonly string[];
  /** Options for Node.js. */
  readonly nodeOptions?: readonly string[];
}

/** Starts a process with one of the roles in `index.ts`. */
export async function startChild<TCommands extends Commands>(
  role: string,
  { args = [], nodeOptions = [] }: ChildOptions = {},
): Promise<Child<TCommands>> {
  const child = fork(entry, ['--role', role, ...args], {
    execArgv: ['--no-warnings', ...nodeOptions],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const answers = new Answers(child, role);
  await answers.to(readyId);
  let lastId = readyId;
  return {
    ask: async (name, input) => {
      lastId += 1;
      const request: Request = { id: lastId, name, input };
      child.send(request);
      return (await answers.to(request.id)) as TCommands[typeof name]['output'];
    },
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

const patience = 60_000;

class Answers {
  readonly #waiting: Map<number, PromiseWithResolvers<unknown>> = new Map();
  readonly #role: string;

  constructor(child: ChildProcess, role: string) {
    this.#role = role;
    child.on('message', (response: Response) => this.#settle(response));
    child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${role} ended with ${code ?? 'a signal'}`));
    });
  }

  async to(id: number): Promise<unknown> {
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    const timer = setTimeout(() => waiting.reject(new Error(`${this.#role} did not answer in time`)), patience);
    try {
      return await waiting.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  #settle({ id, output, error }: Response): void {
    const waiting = this.#waiting.get(id);
    if (error === undefined) waiting?.resolve(output);
    else waiting?.reject(new Error(`${this.#role}: ${error}`));
  }
}

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { MistakenApp } from './mistaken-app.ts';

const lifetime = 60_000;
const poll = 10;

/** The arguments of a program that starts applications. */
export interface ProgramSettings {
  readonly program: string;
  readonly platform: string;
  /** The value of `NODE_DEBUG`, which the process does not have otherwise. */
  readonly debug?: string;
}

/** Applications in a process of their own, whose console is read. */
export class ConsoleProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #console = '';
  #read = 0;

  constructor(apps: readonly MistakenApp[], { program, platform, debug }: ProgramSettings) {
    const { PATH } = process.env;
    // Nothing of the test runner: Express logs no error if NODE_ENV is "test".
    const env = debug === undefined ? { PATH } : { PATH, NODE_DEBUG: debug };
    const options = { env, execArgv: [], silent: true, timeout: lifetime };
    this.#child = fork(program, [JSON.stringify(apps), platform], options);
    this.#ended = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#console += text;
      });
    }
  }

  /** Waits until the applications are listening. Returns their origins; undefined if the process ended instead. */
  async origins(): Promise<readonly string[] | undefined> {
    return await Promise.race([
      new Promise<string[]>((resolve) => this.#child.once('message', (message) => resolve(Object(message)))),
      this.#ended.then(() => undefined),
    ]);
  }

  /** Returns the lines on the console since the last call: what the process wrote before it was asked. */
  async lines(): Promise<readonly string[]> {
    const mark = `--- read ${this.#read}`;
    if (this.#child.connected) this.#child.send(mark);
    while (this.#child.connected && !this.#console.includes(mark, this.#read)) {
      await new Promise((resolve) => setTimeout(resolve, poll));
    }
    const text = this.#console.slice(this.#read);
    this.#read = this.#console.length;
    return text.split('\n').filter((line) => line !== mark);
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.send('exit');
    await this.#ended;
  }
}

/** The commands of a child process, by name. */
export type Commands = Record<string, { readonly input: unknown; readonly output: unknown }>;

/** The function behind each command. */
export type Handlers<TCommands extends Commands> = {
  readonly [TName in keyof TCommands]: (
    input: TCommands[TName]['input'],
  ) => TCommands[TName]['output'] | Promise<TCommands[TName]['output']>;
};

/** A command sent to a child. */
export interface Request {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

/** A child's answer: an output, or the text of an error. */
export interface Response {
  readonly id: number;
  readonly output?: unknown;
  readonly error?: string;
}

/** The id of the message that a child sends when it is ready for commands. */
export const readyId = 0;

/** Answers commands until the parent process disconnects. */
export function serve<TCommands extends Commands>(handlers: Handlers<TCommands>): void {
  process.on('message', (request: Request) => void answer(handlers, request).then(send));
  process.on('disconnect', () => process.exit());
  send({ id: readyId });
}

async function answer<TCommands extends Commands>(
  handlers: Handlers<TCommands>,
  { id, name, input }: Request,
): Promise<Response> {
  try {
    return { id, output: await handlers[name]?.(input as never) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function send(response: Response): void {
  if (process.connected) process.send?.(response);
}

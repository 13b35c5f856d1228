/** What a child process can be asked, by name. */
export type Commands = Record<string, { readonly input: unknown; readonly output: unknown }>;

/** How a child answers each command. */
export type Handlers<TCommands extends Commands> = {
  readonly [TName in keyof TCommands]: (
    input: TCommands[TName]['input'],
  ) => TCommands[TName]['output'] | Promise<TCommands[TName]['output']>;
};

/** A command on its way to a child. */
export interface Request {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

/** A child's answer: an output, or what went wrong. */
export interface Response {
  readonly id: number;
  readonly output?: unknown;
  readonly error?: string;
}

/** The id of the message that says that a child is ready to be asked. */
export const readyId = 0;

/** Turns this process into one that answers commands until its parent goes away. */
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

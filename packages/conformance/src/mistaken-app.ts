/** The frameworks that mistakes are made in. */
export type Framework = 'express' | 'fastify' | 'nest' | 'hono';

/**
 * The description of an application with a mistake. Plain JSON, for a process of its own.
 *
 * The application has the route `GET /orders`, which the guard protects. It has no error handler and no logger of its own,
 * and sends its origin to the parent process.
 */
export interface MistakenApp {
  /** The options of `bearerAuth`, wrong ones too. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The scope that the route requires. */
  readonly scope?: string;
  /** Whether CORS is added after the guard; in NestJS, the route accepts every method and CORS is not enabled. */
  readonly hasLateCors?: boolean;
  /** Whether the guard is given to the framework uncalled, or called where the framework calls it. */
  readonly isMiscalled?: boolean;
}

/**
 * Starts the applications that the command line describes, and tells the parent process their origins. Each message of the
 * parent is repeated on the console, and the message `exit` ends the process.
 */
export async function startMistakenApps(start: (app: MistakenApp) => Promise<string>): Promise<void> {
  const origins: string[] = [];
  for (const app of JSON.parse(process.argv[2] ?? '[]')) origins.push(await start(app));
  process.on('message', (message) => {
    // After the warnings, which Node.js writes with the next tick.
    setImmediate(() => (message === 'exit' ? process.exit() : process.stderr.write(`${message}\n`)));
  });
  process.send?.(origins);
}

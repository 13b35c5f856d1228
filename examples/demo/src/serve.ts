import { curlCommands } from './curl-commands.ts';
import { startEnvironment } from './environment.ts';

/** Runs the authorization server and the APIs until the process receives SIGINT or SIGTERM. */
export async function serve(print: (line: string) => void): Promise<void> {
  const stopped = stopSignal();
  const environment = await startEnvironment();
  try {
    for (const line of curlCommands(environment)) print(line);
    await stopped;
  } finally {
    await environment.close();
  }
  print('Stopped.');
}

function stopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  return promise;
}

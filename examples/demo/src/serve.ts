import { curlLines } from './curl-lines.ts';
import { openSetting } from './setting.ts';

/** Keeps the authorization server and the APIs up until the process is told to stop. */
export async function serve(print: (line: string) => void): Promise<void> {
  const stopped = stopSignal();
  const setting = await openSetting();
  try {
    for (const line of curlLines(setting)) print(line);
    await stopped;
  } finally {
    await setting.close();
  }
  print('Stopped.');
}

function stopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  return promise;
}

import { serve } from '../process/role.ts';
import { readTokenFile, type TokenFile } from '../tokens/token-file.ts';
import { type LoadSample, load } from './load.ts';
import { route } from './servers/server.ts';

/** The tokens sent: new ones, or the same ones repeatedly. */
export type TokenKind = 'unique' | 'repeated';

/** Commands of the process that sends requests. */
export type LoadCommands = {
  /** Prepares the requests. */
  open: { input: { readonly tokenFile: string }; output: undefined };
  run: {
    input: {
      readonly port: number;
      readonly kind: TokenKind;
      readonly connections: number;
      readonly ms: number;
      readonly rate?: number;
      /** Sends the tokens of one part after the other, for example those of one key until the next key signs. */
      readonly parts?: { readonly count: number; readonly ms: number };
    };
    output: LoadSample;
  };
};

/** Runs the process that sends requests. */
export function runLoadRole(): void {
  let requests: Readonly<Record<TokenKind, readonly Buffer[]>> | undefined;
  // The position of each server: a server that has seen the first tokens continues with the next.
  const positions = new Map<string, number>();
  serve<LoadCommands>({
    open: ({ tokenFile }) => {
      requests = requestsOf(readTokenFile(tokenFile));
    },
    run: async ({ port, kind, connections, ms, rate, parts }) => {
      const ring = requests?.[kind] ?? [];
      const key = `${port} ${kind}`;
      const startedAt = performance.now();
      const { count = 1, ms: partMs = ms } = parts ?? {};
      const size = Math.floor(ring.length / count);
      let position = positions.get(key) ?? 0;
      const next = (): Buffer => {
        position = (position + 1) % size;
        const part = Math.min(count - 1, Math.floor((performance.now() - startedAt) / partMs));
        return ring[part * size + position] as Buffer;
      };
      const sample = await load({ port, connections, ms, rate, next });
      positions.set(key, position);
      return sample;
    },
  });
}

function requestsOf({ unique, repeated }: TokenFile): Record<TokenKind, Buffer[]> {
  return { unique: unique.map(requestWith), repeated: repeated.map(requestWith) };
}

function requestWith(token: string): Buffer {
  const lines = [
    `GET ${route} HTTP/1.1`,
    'Host: api.example.com',
    'User-Agent: bench',
    'Accept: application/json',
    `Authorization: Bearer ${token}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

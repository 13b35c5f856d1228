import { createApp } from '../apps.ts';

declare const Bun: {
  readonly argv: readonly string[];
  serve(options: { hostname: string; port: number; fetch(request: Request): unknown }): { readonly port: number };
};

const { port } = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: createApp(JSON.parse(Bun.argv[2] ?? '')).fetch });
console.log(`listening on ${port}`);

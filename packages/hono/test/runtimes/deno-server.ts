import { createApp } from '../apps.ts';

declare const Deno: {
  readonly args: readonly string[];
  serve(
    options: { hostname: string; port: number; onListen(address: { readonly port: number }): void },
    handler: (request: Request) => Response | Promise<Response>,
  ): unknown;
};

const app = createApp(JSON.parse(Deno.args[0] ?? ''));
const onListen = ({ port }: { readonly port: number }): void => console.log(`listening on ${port}`);
Deno.serve({ hostname: '127.0.0.1', port: 0, onListen }, (request) => app.fetch(request));

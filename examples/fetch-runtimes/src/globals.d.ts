// The parts of the two runtimes that these examples use.
declare const Bun: {
  serve(options: { readonly port: number; fetch(request: Request): Promise<Response> }): { readonly port: number };
};

declare const Deno: {
  readonly env: { get(name: string): string | undefined };
  serve(
    options: { readonly port: number; onListen(address: { readonly port: number }): void },
    handler: (request: Request) => Promise<Response>,
  ): unknown;
};

import { createVerifier } from '@verifier/hono';

interface TracingChannel {
  subscribe(subscribers: Readonly<Record<string, (context: object) => void>>): void;
}

interface Globals {
  readonly process?: {
    getBuiltinModule?(id: string): { tracingChannel?(name: string): TracingChannel } | undefined;
  };
}

const { process } = globalThis as unknown as Globals;

/** Verifies a token whose keys cannot be fetched. Returns what the tracing channels publish. */
export async function traceRefusal(): Promise<string[]> {
  const steps: string[] = [];
  for (const name of ['@verifier/core:authenticate', '@verifier/core:fetch']) {
    const channel = process?.getBuiltinModule?.('node:diagnostics_channel')?.tracingChannel?.(name);
    const record = (step: string) => (context: object) =>
      void steps.push(`${name} ${step} ${'code' in context ? String(context.code) : ''}`);
    channel?.subscribe(Object.fromEntries(['start', 'end', 'asyncEnd', 'error'].map((step) => [step, record(step)])));
  }
  const verifier = createVerifier({
    issuer: 'https://issuer.example',
    audience: 'api://orders',
    jwksUri: 'https://issuer.example/keys',
    http: { fetch: async () => new Response('', { status: 500 }) },
  });
  const parts = [{ alg: 'RS256', kid: 'key' }, { iss: 'https://issuer.example' }, 'signature'];
  const token = parts.map((part) => btoa(JSON.stringify(part)).replaceAll(/=+$/g, '')).join('.');
  await verifier.verify(token).catch(() => undefined);
  await verifier.close();
  return steps;
}

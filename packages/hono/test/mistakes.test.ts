import { describeMistakes } from '@verifier/conformance';

describeMistakes('Hono', { framework: 'hono', program: new URL('children/mistaken-app.ts', import.meta.url) });

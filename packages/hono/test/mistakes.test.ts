import { describeMistakes } from '@verifier/conformance';

describeMistakes('Hono', { framework: 'hono', program: new URL('children/staged-app.ts', import.meta.url) });

import { describeMistakes } from '@verifier/conformance';

describeMistakes('Fastify', { framework: 'fastify', program: new URL('children/mistaken-app.ts', import.meta.url) });

import { describeMistakes } from '@verifier/conformance';

describeMistakes('Fastify', { framework: 'fastify', program: new URL('children/staged-app.ts', import.meta.url) });

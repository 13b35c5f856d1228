import { describeMistakes } from '@verifier/conformance';

const program = new URL('children/mistaken-app.ts', import.meta.url);

describeMistakes('Nest on Express', { framework: 'nest', program, platform: 'express' });
describeMistakes('Nest on Fastify', { framework: 'nest', program, platform: 'fastify' });

import { describeMistakes } from '@verifier/conformance';

describeMistakes('Express', { framework: 'express', program: new URL('children/mistaken-app.ts', import.meta.url) });

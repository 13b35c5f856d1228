import { describeMistakes } from '@verifier/conformance';

describeMistakes('Express', { framework: 'express', program: new URL('children/staged-app.ts', import.meta.url) });

import { traceRefusal } from './traced-steps.ts';

console.log(JSON.stringify(await traceRefusal()));

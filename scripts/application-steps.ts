import { firstHour } from './first-hour.ts';
import { packedExamples } from './packed-examples.ts';
import { rootPage } from './root-page.ts';
import type { Step } from './step.ts';

/** Applications outside of the workspace that install the tarballs. */
export const applicationSteps: Step[] = [
  ...['core', 'express', 'fastify', 'nest', 'hono'].map((adapter) => ({
    name: `first hour with ${adapter}`,
    run: () => firstHour(adapter),
  })),
  { name: 'servers of README.md', run: rootPage },
  { name: 'examples with the tarballs', run: packedExamples },
];

import { firstHour } from './first-hour.ts';
import { packedExamples } from './packed-examples.ts';
import { rootPage } from './root-page.ts';
import { failed, type Outcome, type Step, skipped } from './step.ts';

/** Defines a step that is skipped where it cannot run: without a POSIX shell, or if pnpm needs a network. */
function applicationStep(name: string, follow: () => Promise<Outcome>): Step {
  return {
    name,
    run: async () => {
      if (process.platform === 'win32') return skipped('the pages need a POSIX shell');
      const outcome = await follow().catch((error: Error) => failed(error.message));
      const isOffline = outcome.failed > 0 && /ERR_PNPM_NO_OFFLINE/.test(outcome.output);
      return isOffline ? skipped('a package is not in the store of pnpm') : outcome;
    },
  };
}

/** Applications outside of the workspace that install the tarballs. */
export const applicationSteps: Step[] = [
  ...['core', 'express', 'fastify', 'nest', 'hono'].map((adapter) =>
    applicationStep(`first hour with ${adapter}`, () => firstHour(adapter)),
  ),
  applicationStep('servers of README.md', rootPage),
  applicationStep('examples with the tarballs', packedExamples),
];

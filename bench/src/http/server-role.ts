import { serve } from '../process/role.ts';
import { type Profile, startProfile } from '../profile/cpu-profile.ts';
import type { Target } from '../tokens/token-file.ts';
import { type ServerName, serverOf } from './server-catalog.ts';

/** Commands of the process of a server. */
export type ServerCommands = {
  /** Starts the server and returns its port. */
  listen: { input: { readonly name: ServerName; readonly target: Target }; output: number };
  /** CPU time of all threads so far, in microseconds. */
  cpu: { input: undefined; output: number };
  startProfile: { input: undefined; output: undefined };
  stopProfile: { input: undefined; output: Profile };
};

/** Runs the process of one server. */
export function runServerRole(): void {
  let stop: (() => Promise<Profile>) | undefined;
  serve<ServerCommands>({
    listen: async ({ name, target }) => {
      const listen = await serverOf(name).load();
      return listen(target);
    },
    cpu: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    startProfile: async () => {
      stop = await startProfile();
    },
    stopProfile: async () => (await stop?.()) ?? { groups: [], lines: [] },
  });
}

// One program with many roles. Without `--role` it measures everything and starts itself once for each process it needs.
const roles: Readonly<Record<string, () => Promise<() => unknown>>> = {
  issuer: async () => (await import('./issuer/issuer-role.ts')).runIssuerRole,
  contestant: async () => (await import('./verify/contestant-role.ts')).runContestantRole,
  server: async () => (await import('./http/server-role.ts')).runServerRole,
  load: async () => (await import('./http/load-role.ts')).runLoadRole,
  importer: async () => (await import('./start/importer-role.ts')).runImporterRole,
  cold: async () => (await import('./start/cold-role.ts')).runColdRole,
  growth: async () => (await import('./growth/growth-role.ts')).runGrowthRole,
  observed: async () => (await import('./event-loop/observed-role.ts')).runObservedRole,
  memory: async () => (await import('./growth/memory-role.ts')).runMemoryRole,
};

const [flag, role = ''] = process.argv.slice(2);
const load = flag === '--role' ? roles[role] : async () => (await import('./run.ts')).run;
if (load === undefined) throw new Error(`Unknown role ${role}`);
await (await load())();

import type { EventLoopResults } from './event-loop/event-loop-bench.ts';
import type { GrowthResults } from './growth/growth-bench.ts';
import type { HttpResults } from './http/http-bench.ts';
import type { Plan } from './plan.ts';
import type { StartResults } from './start/start-bench.ts';
import type { VerifyResults } from './verify/verify-bench.ts';

/** The machine, the plan and the versions of a run. */
export interface About {
  readonly date: string;
  readonly command: string;
  readonly plan: Plan;
  readonly minutes: number;
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly system: string;
    /** Load average over the minute before the run. */
    readonly loadBefore: number;
  };
  readonly node: string;
  readonly openssl: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** All measurements of a run, by section. */
export interface Measurements {
  readonly verify?: VerifyResults;
  readonly http?: HttpResults;
  readonly start?: StartResults;
  readonly growth?: GrowthResults;
  readonly eventLoop?: EventLoopResults;
}

/** The contents of `results.json`. */
export interface Results extends Measurements {
  readonly about: About;
}

import type { Answer } from './answer.ts';
import type { Profile } from './app.ts';
import type { Forge } from './forge.ts';

/** Request headers in the order they are sent; a name may come twice. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** One request, and the answer that every adapter gives to it. */
export interface ConformanceCase {
  /** Unique, stable: how an exception and a recorded answer name the case. */
  readonly id: string;
  /** Where the expected answer comes from. */
  readonly spec: string;
  /** The application that is asked; `default` where it is left out. */
  readonly profile?: Profile;
  /** `GET` where it is left out. */
  readonly method?: 'GET' | 'HEAD';
  /** `/protected` where it is left out. */
  readonly path?: string | ((forge: Forge) => string);
  readonly headers?: HeaderList | ((forge: Forge) => HeaderList);
  readonly expected: Answer;
}

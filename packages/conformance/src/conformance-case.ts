import type { Answer } from './answer.ts';
import type { Profile } from './app.ts';
import type { SigningContext } from './token-builder.ts';

/** Request headers in the order in which they are sent; a name may occur twice. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** One request, and the answer that every adapter must give. */
export interface ConformanceCase {
  /** A unique and stable name, which recorded answers refer to. */
  readonly id: string;
  /** The source of the expected answer. */
  readonly spec: string;
  /** The application; `default` if absent. */
  readonly profile?: Profile;
  /** `GET` if absent. */
  readonly method?: 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'DELETE';
  /** `/protected` if absent. */
  readonly path?: string | ((context: SigningContext) => string);
  readonly headers?: HeaderList | ((context: SigningContext) => HeaderList);
  /** The text of the body; none if absent. */
  readonly body?: string;
  /** How often the request is sent, byte for byte; once if absent. The answer is that to the last one. */
  readonly times?: number;
  readonly expected: Answer;
}

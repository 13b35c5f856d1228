import type { ExecutionContext } from '@nestjs/common';
import { guardsInherited } from './written-rule.ts';

/** The kinds of messages that Nest dispatches, named as `ExecutionContext.getType()` names them. */
export type MessageKind = 'ws' | 'rpc';

// Registered symbols: two copies of this package recognize each other's guards.
const kindMark: unique symbol = Symbol.for('@verifier/nest/message-kind');

/** Marks a class as a guard that authenticates messages of one kind. Its subclasses inherit the mark. */
export function markMessageGuard(guard: object, kind: MessageKind): void {
  Object.defineProperty(guard, kindMark, { value: kind });
}

/** Whether a guard, as a class or an instance, authenticates messages of a kind. */
export function isMessageGuard(guard: unknown, kind: string): boolean {
  const guardClass: unknown = typeof guard === 'function' ? guard : Object(guard).constructor;
  return Object(guardClass)[kindMark] === kind;
}

/** Returns the guards of `@UseGuards` that Nest runs for a handler. */
export function guardsFor(handler: object, classOf: object): readonly unknown[] {
  return [...guardsInherited(classOf), ...guardsInherited(handler)];
}

/** Whether `@UseGuards` names a guard for messages of this kind on the handler or its class, and `guard` is none itself. */
export function isLeftToMessageGuard(guard: object, context: ExecutionContext): boolean {
  const kind = context.getType<string>();
  if (kind === 'http' || isMessageGuard(guard, kind)) return false;
  return guardsFor(context.getHandler(), context.getClass()).some((each) => isMessageGuard(each, kind));
}

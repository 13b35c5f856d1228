import type { Type } from '@nestjs/common';
import { type HttpAdapterHost, MetadataScanner, type ModulesContainer } from '@nestjs/core';
import { ConfigurationError } from '@verifier/core';
import { calledHandler } from './class-handlers.ts';
import { guardsFor, isMessageGuard, type MessageKind } from './message-guards.ts';
import { OktaAuthGuard } from './okta-auth-guard.ts';
import { RequirementGuard } from './requirement-guard.ts';
import { ruleOf } from './route-rule.ts';

/** The parts of an application that decide which guards reach a message. */
export interface MessageGuarding {
  readonly modules: ModulesContainer;
  readonly host: HttpAdapterHost;
  /** The guard of the module. */
  readonly guard: Type;
}

interface MessageHandler {
  readonly kind: MessageKind;
  readonly classOf: Type;
  /** The guards that Nest created for the module of the class. It skips all others without an error. */
  readonly injectables: ReadonlyMap<unknown, unknown>;
  readonly handler: object;
  readonly name: string;
}

// Metadata of Nest, read by name: neither package need be installed.
const gatewayKey = 'websockets:is_gateway';
const handlerKeys: Readonly<Record<MessageKind, string>> = {
  ws: 'websockets:message_mapping',
  rpc: 'microservices:handler_type',
};
const fixes: Readonly<Record<MessageKind, string>> = {
  ws: '@UseGuards(WsAuthGuard) on the gateway, with WsAuthGuard of @verifier/nest/ws',
  rpc: '@UseGuards(MessageGuard) on the controller, with a class MessageGuard that extends RpcAuthGuard of @verifier/nest/rpc',
};
const maxNames = 5;

/**
 * Validates that each handler of messages has a guard, or is public, in an application whose module guards everything.
 * Global guards do not reach gateways in NestJS 11, nor the messages of a hybrid application without `inheritAppConfig`.
 *
 * @throws ConfigurationError with the names of the handlers.
 */
export function validateMessageHandlers(guarding: MessageGuarding): void {
  const open = handlersIn(guarding.modules).filter((handler) => !isGuarded(handler, guarding));
  const [first] = open;
  if (first === undefined) return;
  const names = open.slice(0, maxNames).map(({ name }) => name);
  const more = open.length > maxNames ? ` and ${open.length - maxNames} more` : '';
  throw new ConfigurationError(
    `No guard authenticates the messages of ${names.join(', ')}${more}: the global guard does not reach them. Write ${fixes[first.kind]}; or @Public()`,
  );
}

function isGuarded({ kind, classOf, injectables, handler }: MessageHandler, { guard, host }: MessageGuarding): boolean {
  if (ruleOf(handler, classOf) === 'public') return true;
  const isModuleGuarded = isMessageGuard(guard, kind);
  const guards = guardsFor(handler, classOf).filter((each) => typeof each !== 'function' || injectables.has(each));
  // These apply the guard of the module.
  const isDelegate = (each: unknown): boolean => each === RequirementGuard || each === OktaAuthGuard;
  if (guards.some((each) => isMessageGuard(each, kind) || (isModuleGuarded && isDelegate(each)))) return true;
  // An application without an HTTP adapter is a microservice of its own, and its messages pass the global guards.
  return kind === 'rpc' && isModuleGuarded && !host.httpAdapter;
}

function handlersIn(modules: ModulesContainer): MessageHandler[] {
  return [...modules.values()].flatMap(({ controllers, providers, injectables }) => [
    ...componentsOf(controllers).flatMap((each) => handlersOf({ kind: 'rpc', injectables, ...each })),
    ...componentsOf(providers)
      .filter(({ classOf }) => Reflect.hasMetadata(gatewayKey, classOf))
      // Nest calls the methods of the class of a gateway, and those of the instance of a controller.
      .flatMap(({ classOf }) => handlersOf({ kind: 'ws', injectables, classOf, instance: undefined })),
  ]);
}

interface Component {
  readonly classOf: Type;
  /** Undefined until Nest has created it. */
  readonly instance: unknown;
}

type Wrappers = ReadonlyMap<unknown, { readonly metatype: unknown; readonly instance: unknown }>;

function componentsOf(wrappers: Wrappers): Component[] {
  return [...wrappers.values()].flatMap(({ metatype, instance }) =>
    isClass(metatype) ? [{ classOf: metatype, instance }] : [],
  );
}

// Factories are functions too; an arrow function has no prototype.
function isClass(metatype: unknown): metatype is Type {
  return typeof metatype === 'function' && typeof metatype.prototype === 'object' && metatype.prototype !== null;
}

function handlersOf({
  kind,
  injectables,
  classOf,
  instance,
}: Component & Pick<MessageHandler, 'kind' | 'injectables'>): MessageHandler[] {
  const { name: className, prototype } = classOf;
  return new MetadataScanner()
    .getAllMethodNames(prototype)
    .filter((name) => Reflect.hasMetadata(handlerKeys[kind], prototype[name]))
    .map((name) => {
      const handler = calledHandler({ instance, name, handler: prototype[name] });
      return { kind, classOf, injectables, handler, name: `${className}.${name}` };
    });
}

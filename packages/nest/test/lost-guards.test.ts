import { ApolloDriver } from '@nestjs/apollo';
import { Controller, type ExecutionContext, Get, type ModuleMetadata, UseGuards } from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { MessagePattern } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { BearerAuthModule, ConfigurationError, OktaAuthGuard, Public, RequireScope } from '@verifier/nest';
import { GqlAuthGuard } from '@verifier/nest/graphql';
import { RpcAuthGuard } from '@verifier/nest/rpc';
import { WsAuthGuard } from '@verifier/nest/ws';
import { expect, it } from 'vitest';
import { platforms } from './platforms.ts';
import { moduleOf, runningApps } from './running-apps.ts';

const startApp = runningApps();

class MessageGuard extends RpcAuthGuard {
  override getToken(context: ExecutionContext): string | undefined {
    return Object(context.switchToRpc().getData()).token;
  }
}

class GuardedQuery {
  @UseGuards(OktaAuthGuard)
  @Query()
  order(): string {
    return 'base';
  }
}

@Resolver()
class Orders extends GuardedQuery {
  @Query()
  override order(): string {
    return 'ran';
  }
}

class GuardedEvent {
  @UseGuards(WsAuthGuard)
  @SubscribeMessage('event')
  on(): string {
    return 'base';
  }
}

@WebSocketGateway()
class Events extends GuardedEvent {
  @SubscribeMessage('event')
  override on(): string {
    return 'ran';
  }
}

class GuardedMessage {
  @UseGuards(MessageGuard)
  @MessagePattern('message')
  on(): string {
    return 'base';
  }
}

@Controller()
class Messages extends GuardedMessage {
  @MessagePattern('message')
  override on(): string {
    return 'ran';
  }
}

@Controller()
class BoundMessages {
  constructor() {
    this.on = this.on.bind(this);
  }

  @UseGuards(MessageGuard)
  @MessagePattern('message')
  on(): string {
    return 'ran';
  }
}

@Controller()
class BoundRoutes {
  constructor() {
    this.get = this.get.bind(this);
  }

  @UseGuards(OktaAuthGuard)
  @Get()
  get(): string {
    return 'ran';
  }
}

@UseGuards(OktaAuthGuard)
@Controller('guarded')
class GuardedClass extends BoundRoutes {}

@WebSocketGateway()
class OpenEvents extends GuardedEvent {
  @Public()
  @SubscribeMessage('event')
  override on(): string {
    return 'ran';
  }
}

const graphql = GraphQLModule.forRoot(
  Object({ driver: ApolloDriver, typeDefs: 'type Query { order: String }', graphiql: false, playground: false }),
);

function start(options: object, parts: ModuleMetadata): Promise<unknown> {
  const auth = BearerAuthModule.forRoot({ issuer: 'https://issuer.example', audience: 'api', ...options });
  const { imports = [], ...others } = parts;
  return startApp(Object(platforms['Express']), moduleOf({ imports: [auth, ...imports], ...others }), (nest) =>
    nest.useWebSocketAdapter(new WsAdapter(nest)),
  );
}

const scoped = { global: false };

it.each<[string, object, ModuleMetadata, RegExp]>([
  [
    'a resolver overrides the method',
    { ...scoped, guard: GqlAuthGuard },
    { imports: [graphql], providers: [Orders] },
    /Orders\.order/,
  ],
  ['a gateway overrides the method', scoped, { providers: [Events] }, /Events\.on/],
  ['a controller of messages overrides the method', scoped, { controllers: [Messages] }, /Messages\.on/],
  ['a controller of messages binds the method', scoped, { controllers: [BoundMessages] }, /BoundMessages\.on/],
  ['the same with a guard of the module', {}, { controllers: [BoundMessages] }, /BoundMessages\.on/],
  ['a controller binds the method', scoped, { controllers: [BoundRoutes] }, /BoundRoutes\.get/],
])(
  '[NEST-LOST-REQUIREMENTS] a guard of @UseGuards that Nest does not call is an error at start-up: %s',
  async (_case, options, parts, name) => {
    const fault = await start(options, parts).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(ConfigurationError);
    expect(String(fault)).toMatch(name);
  },
);

it.each([RequireScope('read'), UseGuards(WsAuthGuard)])(
  '[NEST-LOST-REQUIREMENTS] requirements of a connection, for which Nest calls no guard, are an error at start-up',
  async (decorate) => {
    @UseGuards(WsAuthGuard)
    @WebSocketGateway()
    class Feed {
      handleConnection(): void {}
    }
    const descriptor = Object.getOwnPropertyDescriptor(Feed.prototype, 'handleConnection');
    decorate(Feed.prototype, 'handleConnection', Object(descriptor));
    for (const options of [{}, scoped]) {
      const fault = await start(options, { providers: [Feed] }).catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(ConfigurationError);
      expect(String(fault)).toMatch(/Feed\.handleConnection.*authenticateConnections/);
    }
  },
);

it.each<[string, ModuleMetadata]>([
  ['a bound controller whose class has the guard', { controllers: [GuardedClass] }],
  ['an override that is public', { providers: [OpenEvents] }],
])('[NEST-LOST-REQUIREMENTS] starts with %s', async (_case, parts) => {
  await expect(start(scoped, parts)).resolves.toBeDefined();
});

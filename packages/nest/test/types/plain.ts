import { Controller, type ExecutionContext, Get, Module, UseGuards } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { type OnGatewayInit, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  Auth,
  type AuthOptionsFactory,
  BearerAuth,
  BearerAuthGuard,
  BearerAuthModule,
  type BearerAuthModuleOptions,
  getAuth,
  OktaAuth,
  OktaAuthGuard,
  OktaAuthModule,
  type OktaAuthModuleOptions,
  Public,
  RequireAnyScope,
  RequireAuthentication,
  RequireClaims,
  RequirePolicy,
  RequireScope,
  type RouteDecorator,
  type VerifiedToken,
  type Verifier,
} from '@verifier/nest';
import { GqlAuthGuard } from '@verifier/nest/graphql';
import { type RpcAuthException, RpcAuthGuard } from '@verifier/nest/rpc';
import { readSubprotocolToken, type WsAuthException, WsAuthGuard, type WsHandshake } from '@verifier/nest/ws';

type Same<TLeft, TRight> = (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
const isTrue = <TValue extends true>(): TValue | undefined => undefined;

interface OrderClaims {
  readonly tenant: string;
}

const good = { issuer: 'https://issuer.example', audience: 'a' };

class Factory implements AuthOptionsFactory {
  createAuthOptions(): OktaAuthModuleOptions {
    return { ...good, warmUp: true };
  }
}

class BearerFactory implements AuthOptionsFactory<BearerAuthModuleOptions> {
  async createAuthOptions(): Promise<BearerAuthModuleOptions> {
    return good;
  }
}

@Module({
  imports: [
    OktaAuthModule.forRoot(),
    OktaAuthModule.forRoot({ ...good, onError: 'framework', optional: true, warmUp: true, global: false }),
    OktaAuthModule.forRoot({ guard: GqlAuthGuard }),
    OktaAuthModule.forRootAsync({ useClass: Factory, global: false }),
    OktaAuthModule.forRootAsync({ useFactory: (issuer: string) => ({ issuer }), inject: ['ISSUER'], imports: [] }),
    BearerAuthModule.forRoot(good),
    BearerAuthModule.forRoot({ issuers: [good] }),
    BearerAuthModule.forRootAsync({ useExisting: BearerFactory, guard: OktaAuthGuard }),
  ],
})
export class App {}

@Controller()
@UseGuards(OktaAuthGuard, BearerAuthGuard)
@OktaAuth({ optional: true })
export class Routes {
  @Get()
  @RequireScope('read:orders', ['write:orders'])
  @RequireAnyScope(['a', 'b'])
  @RequireClaims((claims) => claims['tenant'] === 'blue')
  whole(@Auth() auth: VerifiedToken<OrderClaims>): string {
    isTrue<Same<typeof auth.claims.tenant, string>>();
    return auth.claims.tenant;
  }

  @Get()
  @BearerAuth({ scope: 'read', role: ['admin'], securityScheme: 'oauth2' })
  one(
    @Auth('subject') subject: string,
    @Auth({ property: 'scopes', optional: true }) scopes: string[] | null,
  ): unknown {
    return [subject, scopes];
  }

  @Get()
  @Public()
  accessor(request: Request, guard: OktaAuthGuard): unknown {
    const plain = getAuth(request);
    isTrue<Same<typeof plain, VerifiedToken>>();
    const typed = getAuth<OrderClaims>(request);
    isTrue<Same<typeof typed.claims.tenant, string>>();
    isTrue<Same<typeof typed.claims.iss, string>>();
    const maybe = getAuth<OrderClaims>(request, { optional: true });
    isTrue<Same<typeof maybe, VerifiedToken<OrderClaims> | null>>();
    isTrue<Same<typeof guard.verifier, Verifier>>();
    // @ts-expect-error -- may be null
    maybe.claims;
    // @ts-expect-error -- read-only
    typed.expiresAt = 1;
    return plain;
  }

  // @ts-expect-error -- the token has no such property
  @Get() unknownProperty(@Auth('sub') _subject: string): void {}
}

class BrowserGuard extends WsAuthGuard {
  override async getToken({ request, auth }: WsHandshake): Promise<unknown> {
    return readSubprotocolToken(request) ?? readSubprotocolToken(request, 'token.') ?? auth['token'];
  }
}

class MessageGuard extends RpcAuthGuard {
  override getToken(context: ExecutionContext): unknown {
    return context.switchToRpc().getData();
  }
}

@UseGuards(BrowserGuard)
@WebSocketGateway()
export class Gateway implements OnGatewayInit {
  readonly guard: WsAuthGuard;

  constructor(guard: WsAuthGuard) {
    this.guard = guard;
  }

  afterInit(server: object): void {
    this.guard.authenticateConnections(server);
    this.guard.authenticateConnections(server, { scope: 'read' });
  }

  @RequireScope('read')
  @SubscribeMessage('list')
  list(@Auth('subject') subject: string): string {
    return subject;
  }
}

@UseGuards(MessageGuard)
@Controller()
export class Messages {
  @RequireScope('read')
  @MessagePattern('list')
  list(_data: unknown, @Auth() auth: VerifiedToken): string {
    return auth.scopes.join();
  }
}

export const codeOf = (exception: WsAuthException | RpcAuthException): string => exception.cause.code;

OktaAuthModule.forRoot({ guard: WsAuthGuard });
OktaAuthModule.forRoot({ guard: MessageGuard });
// @ts-expect-error -- it cannot know where a message carries its token
OktaAuthModule.forRoot({ guard: RpcAuthGuard });
// @ts-expect-error -- options are required
BearerAuthModule.forRoot();
// @ts-expect-error -- an audience is required, or an explicit null
BearerAuthModule.forRoot({ issuer: 'https://issuer.example' });
// @ts-expect-error -- no such option
BearerAuthModule.forRoot({ ...good, audiences: ['b'] });
// @ts-expect-error -- no such way of handling errors
OktaAuthModule.forRoot({ onError: 'throw' });
// @ts-expect-error -- a guard extends OktaAuthGuard
OktaAuthModule.forRoot({ guard: class {} });
// @ts-expect-error -- the class of useClass creates options
OktaAuthModule.forRootAsync({ useClass: App });
// @ts-expect-error -- scopes are strings
RequireScope(1);
// @ts-expect-error -- a policy is one name
RequirePolicy(['orders']);
// @ts-expect-error -- a predicate returns true or false
RequireClaims(() => 'yes');
// @ts-expect-error -- seconds are a number
RequireAuthentication({ maxAge: '300' });
// @ts-expect-error -- no such requirement
RequireAuthentication({ acrValues: 'phr' });
export const login: RouteDecorator = RequireAuthentication({ acr: ['mfa', 'phr'], maxAge: 300 });
// @ts-expect-error -- no such requirement
OktaAuth({ scopes: ['read'] });
// @ts-expect-error -- a request is an object
getAuth('request');

// Decorators are called as functions, so that no compiler is needed.
import 'reflect-metadata';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CanActivate,
  Controller,
  type DynamicModule,
  Get,
  Injectable,
  Module,
  type Provider,
  UseGuards,
} from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { openLimit } from './limit.ts';
import { answer, type Listen, route } from './server.ts';

class OrdersController {
  list(): typeof answer {
    return answer;
  }
}

Controller()(OrdersController);
Get(route)(OrdersController.prototype, 'list', methodOf(OrdersController.prototype, 'list'));

export const bare: Listen = async () => listen({});

export const limit: Listen = async (target) => {
  const verifyHeader = await openLimit(target);
  const guard: CanActivate = {
    canActivate: (context) => {
      verifyHeader(context.switchToHttp().getRequest<IncomingMessage>().headers.authorization);
      return true;
    },
  };
  return listen({ providers: [{ provide: APP_GUARD, useValue: guard }] });
};

export const verifier: Listen = async ({ issuer, audience, jwksUri }) => {
  const { BearerAuthModule } = await import('@verifier/nest');
  return listen({ imports: [BearerAuthModule.forRoot({ issuer, audience, jwksUri })] });
};

export const passport: Listen = async (target) => {
  const { AuthGuard, PassportStrategy } = await import('@nestjs/passport');
  const { Strategy } = await import('passport-jwt');
  const { strategyOptions } = await import('./passport-strategy.ts');
  class JwtStrategy extends PassportStrategy(Strategy) {
    constructor() {
      super(strategyOptions(target));
    }

    validate(claims: object): object {
      return claims;
    }
  }
  Injectable()(JwtStrategy);
  UseGuards(AuthGuard('jwt'))(OrdersController);
  return listen({ providers: [JwtStrategy] });
};

function methodOf(prototype: object, name: string): PropertyDescriptor {
  const method = Object.getOwnPropertyDescriptor(prototype, name);
  if (method === undefined) throw new Error(`No method ${name}`);
  return method;
}

interface Parts {
  readonly imports?: readonly DynamicModule[];
  readonly providers?: readonly Provider[];
}

async function listen({ imports = [], providers = [] }: Parts): Promise<number> {
  class AppModule {}
  Module({ imports: [...imports], providers: [...providers], controllers: [OrdersController] })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  const server: Server = app.getHttpServer();
  return (server.address() as AddressInfo).port;
}

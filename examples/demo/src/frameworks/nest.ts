import 'reflect-metadata';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createVerifier, okta } from '@verifier/core';
import { Auth, OktaAuthModule, Public, RequireScope, type VerifiedToken } from '@verifier/nest';
import type { RunningApi, StartApi } from '../running-api.ts';

class OrdersController {
  health(): object {
    return { status: 'up' };
  }

  profile(auth: VerifiedToken): VerifiedToken {
    return auth;
  }

  orders(): object[] {
    return [{ order: 1 }];
  }

  order(): object {
    return { order: 2 };
  }
}

// Node.js runs this file without a compiler and does not support decorators, so they are applied by calls.
decorate('health', Public(), Get('health'));
decorate('profile', Get('profile'));
decorate('orders', RequireScope('orders:read'), Get('orders'));
decorate('order', RequireScope('orders:write'), Post('orders'));
Auth()(OrdersController.prototype, 'profile', 0);
Controller()(OrdersController);

function decorate(handler: keyof OrdersController, ...decorators: readonly MethodDecorator[]): void {
  Reflect.decorate([...decorators], OrdersController.prototype, handler, descriptorOf(handler));
}

function descriptorOf(handler: keyof OrdersController): PropertyDescriptor {
  return Object.getOwnPropertyDescriptor(OrdersController.prototype, handler) ?? {};
}

/** Starts the API of the demo in NestJS on its Express platform, with one guard for the whole application. */
export const startNest: StartApi = async (options) => {
  class AppModule {}
  const verifier = createVerifier(okta(options));
  Module({ imports: [OktaAuthModule.forRoot({ verifier })], controllers: [OrdersController] })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: false, forceCloseConnections: true });
  await app.listen(0, '127.0.0.1');
  const close: RunningApi['close'] = async () => {
    await app.close();
    await verifier.close();
  };
  return { name: 'NestJS', verifier, origin: await app.getUrl(), close };
};

// Without a compiler: decorators are called as functions.
import { All, Controller, Get, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type MistakenApp, startMistakenApps } from '@verifier/conformance/mistaken-app';
import { BearerAuthModule, RequireScope } from '@verifier/nest';

await startMistakenApps(async (described) => {
  const adapter = process.argv[3] === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const app = await NestFactory.create(createModule(described), Object(adapter));
  await app.listen(0, '127.0.0.1');
  return await app.getUrl();
});

function createModule({ options, scope, hasLateCors, isMiscalled }: MistakenApp): Type {
  class Orders {
    list(): string[] {
      return [];
    }
  }
  const list = Object.getOwnPropertyDescriptor(Orders.prototype, 'list');
  const decorators = [hasLateCors === true ? All('orders') : Get('orders')];
  if (scope !== undefined) decorators.push(RequireScope(scope));
  for (const decorate of decorators) decorate(Orders.prototype, 'list', Object(list));
  Controller()(Orders);

  class App {}
  const auth = isMiscalled === true ? BearerAuthModule : BearerAuthModule.forRoot(Object(options));
  Module({ imports: [auth], controllers: [Orders] })(App);
  return App;
}

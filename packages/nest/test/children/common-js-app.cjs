// A CommonJS application without a compiler: decorators are called as functions, and there is no type metadata.
const { registerHooks } = require('node:module');

const loaded = new Set();
registerHooks({
  load: (url, context, next) => {
    const name = url.match(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1];
    if (name !== undefined) loaded.add(name);
    return next(url, context);
  },
});

const { Auth, BearerAuthModule, OktaAuthGuard, RequireScope } = require('@verifier/nest');
const afterImport = [...loaded];
const { Controller, Get, Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const [issuer, audience, token] = process.argv.slice(2);

class Orders {
  list(scopes) {
    return scopes;
  }
}
const list = Object.getOwnPropertyDescriptor(Orders.prototype, 'list');
Get()(Orders.prototype, 'list', list);
RequireScope('read')(Orders.prototype, 'list', list);
Auth('scopes')(Orders.prototype, 'list', 0);
Controller()(Orders);

class App {}
Module({ imports: [BearerAuthModule.forRoot({ issuer, audience })], controllers: [Orders] })(App);

async function main() {
  const imported = await import('@verifier/nest');
  const app = await NestFactory.create(App, { logger: ['warn', 'error'], forceCloseConnections: true });
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${app.getHttpServer().address().port}`;
  const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
  const body = await response.json();
  await app.close();
  const same = imported.OktaAuthGuard === OktaAuthGuard;
  process.stdout.write(JSON.stringify({ afterImport, same, status: response.status, body }));
}

main();

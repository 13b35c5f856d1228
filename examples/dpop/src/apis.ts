import 'reflect-metadata';
import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { VerifierOptions } from '@verifier/core';
import { bearerAuth as expressAuth, getAuth } from '@verifier/express';
import { bearerAuth as fastifyAuth } from '@verifier/fastify';
import { bearerAuth as honoAuth } from '@verifier/hono';
import { Auth, BearerAuthModule, type VerifiedToken } from '@verifier/nest';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';

/** Creates `GET /orders` in one framework, which answers with the subject of the token. */
type CreateApi = (options: VerifierOptions) => Promise<RequestListener>;

const createExpress: CreateApi = async (options) => {
  const app = express();
  app.use(expressAuth(options));
  app.get('/orders', (req, res) => void res.json({ client: getAuth(req).clientId }));
  return app;
};

const createFastify: CreateApi = async (options) => {
  const app = Fastify();
  await app.register(fastifyAuth, options);
  app.get('/orders', (request) => ({ client: request.auth?.clientId }));
  await app.ready();
  return (request, response) => app.routing(request, response);
};

class OrdersController {
  orders(auth: VerifiedToken): object {
    return { client: auth.clientId };
  }
}

// Node.js runs this file without a compiler and does not support decorators, so they are applied by calls.
const { prototype } = OrdersController;
Get('orders')(prototype, 'orders', Object.getOwnPropertyDescriptor(prototype, 'orders') ?? {});
Auth()(prototype, 'orders', 0);
Controller()(OrdersController);

const createNest: CreateApi = async (options) => {
  class AppModule {}
  Module({ imports: [BearerAuthModule.forRoot(options)], controllers: [OrdersController] })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.init();
  return app.getHttpAdapter().getInstance();
};

const createHono: CreateApi = async (options) => {
  const app = new Hono().use(honoAuth(options)).get('/orders', (c) => c.json({ client: c.var.auth?.clientId }));
  const answer = getRequestListener(app.fetch);
  return (request, response) => void answer(request, response);
};

/** The API in each framework. */
export const apis: Readonly<Record<string, CreateApi>> = {
  Express: createExpress,
  Fastify: createFastify,
  NestJS: createNest,
  Hono: createHono,
};

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DynamicModule, INestApplication, NestApplicationOptions, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { RunningApp } from '@verifier/conformance';

/** The platform of an application: Express or Fastify. */
export interface Platform {
  create(module: Type | DynamicModule, options?: NestApplicationOptions): Promise<INestApplication>;
  serve(app: INestApplication): Promise<Server>;
}

const quiet: NestApplicationOptions = { logger: false, abortOnError: false };

const express: Platform = {
  create: (module, options) => NestFactory.create(module, new ExpressAdapter(), { ...quiet, ...options }),
  // Nest has no option for the size of headers, so the test creates the server.
  serve: async (app) => {
    const listener: RequestListener = app.getHttpAdapter().getInstance();
    const server = createServer({ maxHeaderSize: 65_536 }, listener);
    await app.init();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return server;
  },
};

const fastify: Platform = {
  create: (module, options) => {
    const adapter = new FastifyAdapter({ http: { maxHeaderSize: 65_536 }, forceCloseConnections: true });
    return NestFactory.create(module, adapter, { ...quiet, ...options });
  },
  serve: async (app) => {
    await app.listen(0, '127.0.0.1');
    return app.getHttpServer();
  },
};

/** The platforms of Nest, by name. */
export const platforms: Readonly<Record<string, Platform>> = { Express: express, Fastify: fastify };

/** A listening application. */
export interface RunningNestApp extends RunningApp {
  readonly app: INestApplication;
}

/** Starts an application on loopback, with 64 KiB of headers accepted. */
export async function start(
  platform: Platform,
  module: Type | DynamicModule,
  prepare: (app: INestApplication) => void = () => {},
): Promise<RunningNestApp> {
  const app = await platform.create(module);
  prepare(app);
  const server = await platform.serve(app);
  const { port }: AddressInfo = Object(server.address());
  return {
    app,
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      if (server !== app.getHttpServer()) await new Promise((done) => server.close(done));
      await app.close();
    },
  };
}

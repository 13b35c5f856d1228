import type { AddressInfo } from 'node:net';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { describeClientCertificates, type StartTls } from '@verifier/conformance';
import { BearerAuthModule } from '@verifier/nest';
import { major } from './versions.ts';

@Controller('orders')
class Orders {
  @Get()
  list(): unknown[] {
    return [];
  }
}

type CreateAdapter = (tls: object) => ExpressAdapter | FastifyAdapter;

function startWith(create: CreateAdapter): StartTls {
  return async (options, tls) => {
    @Module({ imports: [BearerAuthModule.forRoot(options)], controllers: [Orders] })
    class App {}
    const app = await NestFactory.create(App, create(tls), { logger: false, httpsOptions: { ...tls } });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return { origin: `https://127.0.0.1:${port}`, close: () => app.close() };
  };
}

describeClientCertificates(
  `Nest ${major} on Express`,
  startWith(() => new ExpressAdapter()),
);
describeClientCertificates(
  `Nest ${major} on Fastify`,
  startWith((tls) => new FastifyAdapter(Object({ https: tls, forceCloseConnections: true }))),
);

import { join } from 'node:path';
import { credentials, loadPackageDefinition, Metadata, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { Controller, type ExecutionContext, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GrpcMethod, type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { Auth, BearerAuthModule, RequireScope } from '@verifier/nest';
import { RpcAuthGuard } from '@verifier/nest/rpc';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { of } from 'rxjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort } from './free-port.ts';
import { moduleOf } from './running-apps.ts';

const handled = vi.fn();
const protoPath = join(import.meta.dirname, 'protos', 'orders.proto');
let issuer: AuthorizationServer;
let token: string;
let client: Client;
let stop: () => Promise<unknown>;

// The recipe of the README.
class MetadataGuard extends RpcAuthGuard {
  override getToken(context: ExecutionContext) {
    const [authorization = ''] = context.switchToRpc().getContext<Metadata>().get('authorization');
    return String(authorization).replace(/^bearer +/i, '');
  }
}

@UseGuards(MetadataGuard)
@Controller()
class Orders {
  @GrpcMethod('Orders', 'List')
  list(@Auth('clientId') clientId: string): object {
    handled();
    return { text: clientId };
  }

  @RequireScope('write')
  @GrpcMethod('Orders', 'Create')
  create(): object {
    handled();
    return { text: 'created' };
  }

  @GrpcMethod('Orders', 'Watch')
  watch(@Auth('clientId') clientId: string): unknown {
    handled();
    return of({ text: clientId }, { text: 'more' });
  }
}

type Callback = (error: ServiceError | null, answer?: { text: string }) => void;

interface Client {
  list(query: object, metadata: Metadata, callback: Callback): void;
  create(query: object, metadata: Metadata, callback: Callback): void;
  watch(query: object, metadata: Metadata): AsyncIterable<{ text: string }>;
  close(): void;
}

/** Starts a microservice that trusts an issuer, and a client of it. */
async function start({ issuer: trusted, audience }: AuthorizationServer) {
  const url = `127.0.0.1:${await freePort()}`;
  const imports = [BearerAuthModule.forRoot({ issuer: trusted, audience })];
  const options: MicroserviceOptions = { transport: Transport.GRPC, options: { package: 'orders', protoPath, url } };
  const module = moduleOf({ imports, controllers: [Orders] });
  const service = await NestFactory.createMicroservice<MicroserviceOptions>(module, { ...options, logger: false });
  await service.listen();
  const { Orders: ClientOf } = Object(loadPackageDefinition(loadSync(protoPath))['orders']);
  const opened: Client = new ClientOf(url, credentials.createInsecure());
  const stop = (): Promise<unknown> => {
    opened.close();
    return service.close();
  };
  return { client: opened, stop };
}

beforeAll(async () => {
  issuer = await startAuthorizationServer();
  token = await issuer.token({ scope: 'read' });
  ({ client, stop } = await start(issuer));
});

beforeEach(() => {
  handled.mockReset();
});

afterAll(async () => {
  await stop();
  await issuer.close();
});

function metadataWith(authorization?: string): Metadata {
  const metadata = new Metadata();
  if (authorization !== undefined) metadata.set('authorization', authorization);
  return metadata;
}

/** The text of the answer, or the status and the message of the error. */
function call(method: 'list' | 'create', authorization?: string): Promise<unknown> {
  return new Promise((resolve) => {
    client[method]({}, metadataWith(authorization), (error, answer) =>
      resolve(error === null ? answer?.text : [error.code, error.details]),
    );
  });
}

describe('gRPC', () => {
  it('[NEST-MESSAGE-TOKEN] carries the token in the metadata of a call', async () => {
    expect(await call('list', `Bearer ${token}`)).toBe('test-client');
  });

  it('[NEST-MESSAGE-ANSWER] reports each kind of denial as a status of gRPC', async () => {
    expect(await call('list')).toEqual([16, 'The request has no access token']);
    expect(await call('list', 'Bearer a.b.c')).toEqual([16, 'The access token is invalid']);
    expect(await call('list', 'Bearer a b')).toEqual([3, expect.any(String)]);
    expect(await call('create', `Bearer ${token}`)).toEqual([7, 'The access token lacks a required scope']);
    expect(handled).not.toHaveBeenCalled();
  });

  it('[NEST-MESSAGE-ANSWER] reports unavailable keys as UNAVAILABLE', async () => {
    const absent = await startAuthorizationServer();
    const bearer = await absent.sign();
    await absent.stop();
    const other = await start(absent);
    const error = await new Promise<ServiceError | null>((resolve) =>
      other.client.list({}, metadataWith(`Bearer ${bearer}`), resolve),
    );
    expect(error?.code).toBe(14);
    await other.stop();
  });

  it('[NEST-MESSAGE-VERDICT] authenticates a stream before it starts', async () => {
    const texts: string[] = [];
    for await (const { text } of client.watch({}, metadataWith(`Bearer ${token}`))) texts.push(text);
    expect(texts).toEqual(['test-client', 'more']);
    handled.mockReset();
    const denied = async (): Promise<void> => {
      for await (const answer of client.watch({}, metadataWith())) handled(answer);
    };
    await expect(denied()).rejects.toMatchObject({ code: 16 });
    expect(handled).not.toHaveBeenCalled();
  });
});

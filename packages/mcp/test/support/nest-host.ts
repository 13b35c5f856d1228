import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { type McpAuth, toAuthInfo } from '@verifier/mcp';
import { BearerAuthModule, getAuth } from '@verifier/nest';
import { nodeHandler } from './notes-server.ts';

// The copy of Nest that the adapter uses.
const load = createRequire(new URL('../../../nest/package.json', import.meta.url));

interface RunningNest {
  init(): Promise<unknown>;
  getHttpAdapter(): { getInstance(): RequestListener };
}

/** An application of Nest, guarded by the module of `@verifier/nest`. */
export async function nestListener({ verifier }: McpAuth): Promise<RequestListener> {
  load('reflect-metadata');
  const { All, Controller, Module, Req, Res } = load('@nestjs/common');
  const { NestFactory } = load('@nestjs/core');
  const handle = nodeHandler();

  @Controller('mcp')
  class McpController {
    @All()
    async serve(@Req() req: IncomingMessage & { body?: unknown }, @Res() res: ServerResponse): Promise<void> {
      await handle(Object.assign(req, { auth: toAuthInfo(getAuth(req), verifier) }), res, req.body);
    }
  }

  @Module({ imports: [BearerAuthModule.forRoot({ verifier })], controllers: [McpController] })
  class AppModule {}

  const app: RunningNest = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
  await app.init();
  return app.getHttpAdapter().getInstance();
}

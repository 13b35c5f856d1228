import type { ServerResponse } from 'node:http';
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  Module,
  Post,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import {
  type AdapterHarness,
  type ConformanceApp,
  describeAuth,
  describeError,
  grantedBody,
  guardOptions,
  isBlueTenant,
  publicBody,
  requiredLogin,
  requiredScopes,
} from '@verifier/conformance';
import {
  Auth,
  AuthException,
  authenticateBeforeBody,
  BearerAuthModule,
  Public,
  RequireAnyScope,
  RequireAuthentication,
  RequireClaims,
  RequirePolicy,
  RequireScope,
  type VerifiedToken,
} from '@verifier/nest';
import { type Platform, start } from './platforms.ts';

/** Starts the applications of the conformance suite on one platform of Nest. */
export function nestHarness(platform: Platform): AdapterHarness {
  return {
    start: (app) =>
      start(platform, createModule(app), (nest) => {
        const { cacheControl } = app;
        authenticateBeforeBody(nest);
        if (cacheControl !== undefined) nest.use(setCacheControl(cacheControl));
        if (app.onError === 'framework') nest.useGlobalFilters(new AnswerError(nest.get(HttpAdapterHost)));
      }),
  };
}

function setCacheControl(value: string): (req: unknown, res: ServerResponse, next: () => void) => void {
  return (_req, res, next) => {
    res.setHeader('Cache-Control', value);
    next();
  };
}

@Controller()
class Routes {
  @Public()
  @Get('public')
  open(): unknown {
    return publicBody;
  }

  @Post('protected')
  submitted(): unknown {
    return grantedBody;
  }

  @Get('protected')
  closed(@Auth({ optional: true }) auth: VerifiedToken | null): unknown {
    return describeAuth(auth);
  }

  @RequireScope(requiredScopes.one)
  @Get('scoped')
  scoped(): unknown {
    return grantedBody;
  }

  @RequireScope(...requiredScopes.all)
  @Get('scoped-all')
  scopedAll(): unknown {
    return grantedBody;
  }

  @RequireAnyScope(requiredScopes.any)
  @Get('any-scoped')
  anyScoped(): unknown {
    return grantedBody;
  }

  @RequirePolicy('messages')
  @Get('policy')
  byPolicy(): unknown {
    return grantedBody;
  }

  @RequireClaims(isBlueTenant)
  @Get('claims')
  claims(): unknown {
    return grantedBody;
  }

  @RequireAuthentication(requiredLogin)
  @Get('login')
  login(): unknown {
    return grantedBody;
  }

  @RequireScope(...requiredScopes.all)
  @RequireAuthentication(requiredLogin)
  @Get('login-scoped')
  loginScoped(): unknown {
    return grantedBody;
  }
}

function createModule(app: ConformanceApp): Type {
  @Module({ imports: [BearerAuthModule.forRoot(guardOptions(app))], controllers: [Routes] })
  class App {}
  return App;
}

@Catch(AuthException)
class AnswerError implements ExceptionFilter<AuthException> {
  readonly #host: HttpAdapterHost;

  constructor(host: HttpAdapterHost) {
    this.#host = host;
  }

  catch(exception: AuthException, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse();
    this.#host.httpAdapter.reply(response, describeError(exception.cause), exception.getStatus());
  }
}

import { Controller, Get, type INestApplication, type Type } from '@nestjs/common';
import { ApiBearerAuth, DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { BearerAuth, BearerAuthModule, OktaAuth, Public, RequireAuthentication, RequireScope } from '@verifier/nest';
import { expect, it } from 'vitest';
import { type Platform, platforms } from './platforms.ts';
import { moduleOf } from './running-apps.ts';

@Controller()
class Routes {
  @Get('plain')
  plain(): void {}

  @RequireScope('read')
  @Get('required')
  required(): void {}

  @Public()
  @Get('open')
  open(): void {}

  @ApiBearerAuth('other')
  @Get('own')
  own(): void {}

  @OktaAuth()
  @Get('bearer')
  bearer(): void {}

  @OktaAuth({ scope: 'read' })
  @Get('scope-of-bearer')
  scopeOfBearer(): void {}

  @BearerAuth({ scope: ['read', 'write'], securityScheme: 'oauth2' })
  @Get('scopes')
  scopes(): void {}

  @OktaAuth({ scope: 'read', anyScope: ['write', 'admin'], securityScheme: 'oauth2' })
  @Get('choice')
  choice(): void {}

  @RequireAuthentication({ maxAge: 300 })
  @Get('login')
  login(): void {}

  @OktaAuth({ scope: 'read', authentication: { acr: 'phr' }, securityScheme: 'oauth2' })
  @Get('login-scope')
  loginScope(): void {}

  @OktaAuth({ optional: true })
  @Get('optional')
  optional(): void {}

  @ApiBearerAuth('other')
  @OktaAuth()
  @Get('both')
  both(): void {}
}

@Controller('class')
@OktaAuth({ securityScheme: 'oauth2', scope: 'read' })
class Whole {
  @Get()
  get(): void {}

  @Public()
  @Get('open')
  open(): void {}

  @RequireScope('write')
  @Get('write')
  write(): void {}
}

async function documentOf(app: INestApplication): Promise<OpenAPIObject> {
  await app.init();
  const document = SwaggerModule.createDocument(app, new DocumentBuilder().addBearerAuth().addOAuth2().build());
  await app.close();
  return document;
}

async function shownBy(
  options: Parameters<typeof BearerAuthModule.forRoot>[0] | undefined,
  controllers: Type[],
): Promise<object> {
  const imports = [BearerAuthModule.forRoot({ issuer: 'https://issuer.example', audience: 'a', ...Object(options) })];
  const platform: Platform = Object(platforms['Express']);
  const document = await documentOf(await platform.create(moduleOf({ imports, controllers })));
  return Object.fromEntries(Object.entries(document.paths).map(([path, item]) => [path, item.get?.security]));
}

it('[NEST-OPENAPI] shows the same for each application of a process', async () => {
  expect(await shownBy(undefined, [Routes])).toEqual(await shownBy(undefined, [Routes]));
});

it('[NEST-OPENAPI] shows plain routes as optional if the verifier is', async () => {
  expect(await shownBy(Object({ optional: true }), [Routes])).toMatchObject({
    '/plain': [{ bearer: [] }, {}],
    '/required': [{ bearer: [] }],
    '/open': [{}],
  });
});

it('[NEST-OPENAPI] shows nothing for routes that global: false leaves open', async () => {
  @Controller()
  class Some {
    @Get('plain')
    plain(): void {}

    @RequireScope('read')
    @Get('required')
    required(): void {}
  }
  expect(await shownBy(Object({ global: false }), [Some])).toEqual({
    '/plain': undefined,
    '/required': [{ bearer: [] }],
  });
});

it('[NEST-OPENAPI] leaves a method that controllers inherit with different rules', async () => {
  class Base {
    @Get('inherited')
    inherited(): void {}
  }
  @Controller('closed')
  class Closed extends Base {}
  @Public()
  @Controller('opened')
  class Opened extends Base {}
  expect(await shownBy(undefined, [Closed, Opened])).toEqual({
    '/closed/inherited': undefined,
    '/opened/inherited': undefined,
  });
});

it('[NEST-OPENAPI] shows guarded and public routes in the OpenAPI document', async () => {
  expect(await shownBy(undefined, [Routes, Whole])).toEqual({
    '/plain': [{ bearer: [] }],
    '/required': [{ bearer: [] }],
    '/open': [{}],
    '/own': [{ other: [] }],
    '/bearer': [{ bearer: [] }],
    '/scope-of-bearer': [{ bearer: [] }],
    '/scopes': [{ oauth2: ['read', 'write'] }],
    '/choice': [{ oauth2: ['read', 'write'] }, { oauth2: ['read', 'admin'] }],
    '/login': [{ bearer: [] }],
    '/login-scope': [{ oauth2: ['read'] }],
    '/optional': [{ bearer: [] }, {}],
    '/both': [{ bearer: [] }, { other: [] }],
    '/class': [{ oauth2: ['read'] }],
    '/class/open': [{}],
    '/class/write': [{ oauth2: ['write'] }],
  });
});

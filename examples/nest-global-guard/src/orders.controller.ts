import { Controller, Get, Post } from '@nestjs/common';
import { Auth, OktaAuth, Public, RequireScope, type VerifiedToken } from '@verifier/nest';

@Controller()
export class OrdersController {
  @Public()
  @Get('health')
  health(): object {
    return { ok: true };
  }

  @Get('profile')
  profile(@Auth() auth: VerifiedToken): object {
    return { client: auth.clientId };
  }

  @RequireScope('read:orders')
  @Get('orders')
  list(): object[] {
    return [{ id: 1 }];
  }

  @OktaAuth({ scope: ['read:orders', 'write:orders'] })
  @Post('orders')
  create(@Auth('clientId') clientId: string): object {
    return { id: 2, clientId };
  }
}

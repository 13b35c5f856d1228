import { Controller, Get } from '@nestjs/common';
import { Auth, Public, RequireScope, type VerifiedToken } from '@verifier/nest';

@Controller()
export class OrdersController {
  @Public()
  @Get('health')
  health() {
    return { status: 'ok' };
  }

  @Get('profile')
  profile(@Auth() auth: VerifiedToken) {
    return { scopes: auth.scopes };
  }

  @RequireScope('write:orders')
  @Get('orders')
  orders() {
    return [];
  }
}

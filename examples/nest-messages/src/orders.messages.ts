import { Controller, UseGuards } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { Auth, Public, RequireScope } from '@verifier/nest';
import { MessageGuard } from './message-guard.ts';

@UseGuards(MessageGuard)
@Controller()
export class OrdersMessages {
  @Public()
  @MessagePattern('ping')
  ping(): object {
    return { event: 'pong' };
  }

  @RequireScope('read:orders')
  @MessagePattern('list')
  list(@Auth('clientId') clientId: string): object {
    return { event: 'orders', clientId };
  }

  @RequireScope('write:orders')
  @MessagePattern('create')
  create(): object {
    return { event: 'created' };
  }
}

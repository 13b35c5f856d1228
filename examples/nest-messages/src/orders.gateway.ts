import { UseGuards } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { Auth, Public, RequireScope } from '@verifier/nest';
import { BrowserGuard } from './browser-guard.ts';

@UseGuards(BrowserGuard)
@WebSocketGateway()
export class OrdersGateway {
  @Public()
  @SubscribeMessage('ping')
  ping(): object {
    return { event: 'pong', data: {} };
  }

  @RequireScope('read:orders')
  @SubscribeMessage('list')
  list(@Auth('clientId') clientId: string): object {
    return { event: 'orders', data: { clientId } };
  }

  @RequireScope('write:orders')
  @SubscribeMessage('create')
  create(): object {
    return { event: 'created', data: { id: 2 } };
  }
}

import { Module } from '@nestjs/common';
import { OktaAuthModule } from '@verifier/nest';
import { OrdersGateway } from './orders.gateway.ts';
import { OrdersMessages } from './orders.messages.ts';
import { TicketsController } from './tickets.controller.ts';
import { Tickets } from './tickets.ts';

/** Routes are guarded by the module. A gateway or a controller of messages without a guard would prevent the start. */
@Module({
  imports: [OktaAuthModule.forRoot({ warmUp: true })],
  controllers: [TicketsController, OrdersMessages],
  providers: [Tickets, OrdersGateway],
})
export class AppModule {}

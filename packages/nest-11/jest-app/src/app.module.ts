import { Module } from '@nestjs/common';
import { OktaAuthModule } from '@verifier/nest';
import { OrdersController } from './orders.controller';

@Module({ imports: [OktaAuthModule.forRoot()], controllers: [OrdersController] })
export class AppModule {}

import { BadRequestException, Body, Controller, Get, Headers, Post, UseGuards } from '@nestjs/common';
import { ApiKeyGuard } from './api-key.guard.js';
import { OrderDocument, PlaceOrderDto } from './order.dto.js';
import { OrdersService } from './orders.service.js';

@Controller('v1')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Get('health')
  health(): { status: string } {
    return { status: 'ok' };
  }

  @Post('orders')
  @UseGuards(ApiKeyGuard)
  place(
    @Headers('idempotency-key') key: string | undefined,
    @Body() order: PlaceOrderDto,
  ): OrderDocument {
    if (!key || key.length > 200) {
      throw new BadRequestException('Idempotency-Key is required, at most 200 characters');
    }
    return this.orders.placeOrder(key, order);
  }
}

import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Idempotent, RequestToken } from '../../platform/http/idempotency/idempotent.decorator.js';
import type { IdempotencyToken } from '../../platform/http/idempotency/idempotency-token.js';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../platform/security/caller.js';
import { CheckoutService } from './checkout/checkout.service.js';
import { Intents } from './checkout/intents.service.js';
import { Refunds } from './checkout/refunds.service.js';
import { CheckoutDto, CheckoutSessionDto } from './dto/checkout.dto.js';
import { CreateIntentDto, IntentDto, PaymentStatusDto } from './dto/intent.dto.js';
import { LedgerParametersDto, PaymentDto } from './dto/ledger.dto.js';
import { CreateRefundDto, RefundDto } from './dto/refund.dto.js';
import { LedgerReader } from './ledger/ledger-reader.service.js';
import type { Payment } from './ledger/payment.js';
import { PAYMENT_PROBLEMS } from './payment.openapi.js';

/** `/service/payment/v1`: taking money, giving it back, and the book that is kept of both. */
@ApiTags('payment')
@Access()
@Controller('service/payment/v1')
export class PaymentController {
  constructor(
    private readonly checkouts: CheckoutService,
    private readonly intents: Intents,
    private readonly refunds: Refunds,
    private readonly ledger: LedgerReader,
  ) {}

  @Post('checkout')
  @Idempotent()
  @ApiOperation({
    operationId: 'createCheckout',
    summary: 'Make a page of Stripe’s on which a customer pays, once or by subscription',
  })
  @ApiResponse({ status: 201, type: CheckoutSessionDto, description: 'Send the customer to its `url`' })
  @ApiProblems(...PAYMENT_PROBLEMS, 'not_found')
  checkout(
    @Body() body: CheckoutDto,
    @CurrentCaller() caller: Caller,
    @RequestToken() token: IdempotencyToken | undefined,
  ): Promise<CheckoutSessionDto> {
    return this.checkouts.create(body, caller, token);
  }

  @Post('create-payment-intent')
  @Idempotent()
  @ApiOperation({
    operationId: 'createPaymentIntent',
    summary: 'Begin a payment that the application’s own page finishes',
  })
  @ApiResponse({ status: 201, type: IntentDto, description: 'Finish it with its `client_secret`' })
  @ApiProblems(...PAYMENT_PROBLEMS, 'payment_declined', 'not_found')
  createIntent(
    @Body() body: CreateIntentDto,
    @CurrentCaller() caller: Caller,
    @RequestToken() token: IdempotencyToken | undefined,
  ): Promise<IntentDto> {
    return this.intents.create(body, caller, token);
  }

  @Get('payment-status/:id')
  @ApiOperation({
    operationId: 'getPaymentStatus',
    summary: 'Ask Stripe where a payment stands',
    description: 'The ledger is brought up to date as well.',
  })
  @ApiParam({
    name: 'id',
    description: '`pi_…`, `cs_…` or the `_id` of the ledger',
    example: 'pi_1234567890',
  })
  @ApiResponse({ status: 200, type: PaymentStatusDto })
  @ApiProblems(...PAYMENT_PROBLEMS, 'not_found')
  status(@Param('id') id: string): Promise<PaymentStatusDto> {
    return this.intents.status(id);
  }

  @Post('refunds')
  @Idempotent()
  @ApiOperation({ operationId: 'createRefund', summary: 'Give money back, all of it or a part' })
  @ApiResponse({ status: 201, type: RefundDto, description: 'Stripe sends it back' })
  @ApiProblems(...PAYMENT_PROBLEMS, 'not_found')
  refund(
    @Body() body: CreateRefundDto,
    @RequestToken() token: IdempotencyToken | undefined,
  ): Promise<RefundDto> {
    return this.refunds.create(body, token);
  }

  @Get()
  @HttpCode(200)
  @ApiOperation({ operationId: 'listPayments', summary: 'Look into the ledger' })
  @ApiResponse({
    status: 200,
    type: [PaymentDto],
    headers: {
      'X-Total-Count': { description: 'How many match, when `count` is true', schema: { type: 'integer' } },
    },
  })
  @ApiProblems('validation_failed', 'query_refused', 'query_timeout', 'database_unavailable')
  async list(
    @Query() parameters: LedgerParametersDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Payment[]> {
    const { payments, total } = await this.ledger.find(parameters);
    if (total !== undefined) void reply.header('X-Total-Count', total);
    return payments;
  }
}

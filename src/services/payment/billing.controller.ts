import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Idempotent, RequestToken } from '../../platform/http/idempotency/idempotent.decorator.js';
import type { IdempotencyToken } from '../../platform/http/idempotency/idempotency-token.js';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../platform/security/caller.js';
import { Customers } from './billing/customers.service.js';
import { Shop } from './billing/shop.service.js';
import { Subscriptions } from './billing/subscriptions.service.js';
import {
  CancelParametersDto,
  CustomerDto,
  CustomerFieldsDto,
  PortalDto,
  PortalSessionDto,
  PriceDto,
  PriceParametersDto,
  ProductDto,
  StripePageDto,
  SubscriptionDto,
  SubscriptionParametersDto,
  UpdateSubscriptionDto,
} from './dto/billing.dto.js';
import { STRIPE_PROBLEMS } from './payment.openapi.js';

const PROBLEMS = ['validation_failed', 'not_found', ...STRIPE_PROBLEMS] as const;

/** Customers, what they have subscribed to, and what is on sale: all of it is kept by Stripe. */
@ApiTags('payment')
@Access()
@Controller('service/payment/v1')
export class BillingController {
  constructor(
    private readonly customers: Customers,
    private readonly subscriptions: Subscriptions,
    private readonly shop: Shop,
  ) {}

  @Post('customers')
  @Idempotent()
  @ApiOperation({ operationId: 'createCustomer', summary: 'Make a customer' })
  @ApiResponse({ status: 201, type: CustomerDto })
  @ApiProblems(...PROBLEMS)
  createCustomer(
    @Body() body: CustomerFieldsDto,
    @CurrentCaller() caller: Caller,
    @RequestToken() token: IdempotencyToken | undefined,
  ): Promise<CustomerDto> {
    return this.customers.create(body, caller, token);
  }

  @Get('customers/:id')
  @ApiOperation({ operationId: 'getCustomer', summary: 'Get a customer' })
  @ApiResponse({ status: 200, type: CustomerDto })
  @ApiProblems(...PROBLEMS)
  getCustomer(@Param('id') id: string): Promise<CustomerDto> {
    return this.customers.get(id);
  }

  @Patch('customers/:id')
  @Idempotent()
  @ApiOperation({ operationId: 'updateCustomer', summary: 'Change a customer' })
  @ApiResponse({ status: 200, type: CustomerDto })
  @ApiProblems(...PROBLEMS)
  updateCustomer(
    @Param('id') id: string,
    @Body() body: CustomerFieldsDto,
    @RequestToken() token: IdempotencyToken | undefined,
  ): Promise<CustomerDto> {
    return this.customers.update(id, body, token);
  }

  @Post('customers/:id/portal')
  @ApiOperation({
    operationId: 'createBillingPortal',
    summary: 'Make a page of Stripe’s for a customer’s cards, bills and subscriptions',
  })
  @ApiResponse({ status: 201, type: PortalSessionDto, description: 'Send the customer to its `url`' })
  @ApiProblems(...PROBLEMS)
  portal(@Param('id') id: string, @Body() { return_url }: PortalDto): Promise<PortalSessionDto> {
    return this.customers.portal(id, return_url);
  }

  @Get('subscriptions')
  @ApiOperation({ operationId: 'listSubscriptions', summary: 'List the subscriptions of a customer' })
  @ApiResponse({ status: 200, type: [SubscriptionDto] })
  @ApiProblems(...PROBLEMS)
  listSubscriptions(@Query() parameters: SubscriptionParametersDto): Promise<SubscriptionDto[]> {
    return this.subscriptions.list(parameters);
  }

  @Get('subscriptions/:id')
  @ApiOperation({ operationId: 'getSubscription', summary: 'Get a subscription' })
  @ApiResponse({ status: 200, type: SubscriptionDto })
  @ApiProblems(...PROBLEMS)
  getSubscription(@Param('id') id: string): Promise<SubscriptionDto> {
    return this.subscriptions.get(id);
  }

  @Patch('subscriptions/:id')
  @Idempotent()
  @ApiOperation({
    operationId: 'updateSubscription',
    summary: 'Change price, quantity or end of a subscription',
  })
  @ApiResponse({ status: 200, type: SubscriptionDto })
  @ApiProblems(...PROBLEMS, 'payment_declined')
  updateSubscription(
    @Param('id') id: string,
    @Body() body: UpdateSubscriptionDto,
    @RequestToken() token: IdempotencyToken | undefined,
  ): Promise<SubscriptionDto> {
    return this.subscriptions.update(id, body, token);
  }

  @Delete('subscriptions/:id')
  @ApiOperation({ operationId: 'cancelSubscription', summary: 'End a subscription, now or with its period' })
  @ApiResponse({ status: 200, type: SubscriptionDto })
  @ApiProblems(...PROBLEMS)
  cancelSubscription(
    @Param('id') id: string,
    @Query() { at_period_end }: CancelParametersDto,
  ): Promise<SubscriptionDto> {
    return this.subscriptions.cancel(id, at_period_end ?? false);
  }

  @Get('prices')
  @Access({ publishable: true })
  @ApiOperation({ operationId: 'listPrices', summary: 'List the prices of the shop' })
  @ApiResponse({ status: 200, type: [PriceDto] })
  @ApiProblems(...PROBLEMS)
  prices(@Query() parameters: PriceParametersDto): Promise<PriceDto[]> {
    return this.shop.prices(parameters);
  }

  @Get('products')
  @Access({ publishable: true })
  @ApiOperation({ operationId: 'listProducts', summary: 'List the products of the shop' })
  @ApiResponse({ status: 200, type: [ProductDto] })
  @ApiProblems(...PROBLEMS)
  products(@Query() parameters: StripePageDto): Promise<ProductDto[]> {
    return this.shop.products(parameters);
  }
}

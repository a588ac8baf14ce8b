import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsObject,
  IsString,
  Length,
  Matches,
  ValidateIf,
} from 'class-validator';
import { MayBeAbsent } from '../../../platform/http/may-be-absent.decorator.js';
import { MAX_URL_LENGTH } from '../../../platform/outbound/outbound-policy.service.js';

const MAX_TYPES = 100;

/** Names of events in small letters, or the beginning of names. */
const TYPE = /^(?:\*|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?:\.\*|\*)?)$/;

/** Who is to be told of what. */
export class CreateEndpointDto {
  /** Where messages are sent, by POST. Hosts of private networks must be allowed by `OUTBOUND_ALLOW`. */
  @ApiProperty({ example: 'https://example.com/hooks/coglex' })
  @IsString()
  @Length(1, MAX_URL_LENGTH)
  url!: string;

  /** Names of events, such as `payment.succeeded`; one that ends in `*` stands for all that begin so. */
  @ApiProperty({ type: [String], example: ['payment.*', 'checkout.completed'] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_TYPES)
  @Length(1, 200, { each: true })
  @Matches(TYPE, { each: true, message: 'each type must be the name of an event, or its beginning and *' })
  types!: string[];

  /** MongoDB filter on the message `{type, timestamp, data}`: what does not match is not sent. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { 'data.amount': { $gte: 1000 } },
  })
  @MayBeAbsent()
  @IsObject()
  @Transform(({ obj, key }) => (obj as Record<string, unknown>)[key], { toClassOnly: true })
  filter?: Record<string, unknown>;

  /** Whether messages with the same `data.id` arrive in order: one that fails then holds up those behind it. */
  @ApiPropertyOptional({ default: false, example: true })
  @MayBeAbsent()
  @IsBoolean()
  ordered?: boolean;

  @ApiPropertyOptional({ example: 'Orders of the shop' })
  @MayBeAbsent()
  @Length(0, 500)
  description?: string;
}

/** What changes; `filter: null` takes the filter away. */
export class UpdateEndpointDto extends PartialType(CreateEndpointDto, { skipNullProperties: false }) {
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { 'data.amount': { $gte: 1000 } },
  })
  @ValidateIf((_object, value) => value !== undefined && value !== null)
  @IsObject()
  @Transform(({ obj, key }) => (obj as Record<string, unknown>)[key], { toClassOnly: true })
  declare filter?: Record<string, unknown>;

  /** Enables an endpoint again that was disabled, or disables one. */
  @ApiPropertyOptional({ example: true })
  @MayBeAbsent()
  @IsBoolean()
  enabled?: boolean;
}

/** An endpoint. */
export class EndpointDto {
  @ApiProperty({ example: '65f0c1d2e3a4b5c6d7e8f901' })
  _id!: string;

  @ApiProperty({ example: 'https://example.com/hooks/coglex' })
  url!: string;

  @ApiProperty({ type: [String], example: ['payment.*', 'checkout.completed'] })
  types!: string[];

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { 'data.amount': { $gte: 1000 } },
  })
  filter?: Record<string, unknown>;

  @ApiProperty({ example: false })
  ordered!: boolean;

  @ApiPropertyOptional({ example: 'Orders of the shop' })
  description?: string;

  @ApiProperty({ example: true })
  enabled!: boolean;

  @ApiPropertyOptional({ example: 'Nothing has arrived since 2026-11-21T10:00:00.000Z.' })
  disabled_reason?: string;

  /** Since when nothing has arrived; absent while all is well. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  failing_since?: Date;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  _inserted!: Date;

  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-21T10:05:00.000Z' })
  _patched?: Date;
}

/** A new endpoint. */
export class CreatedEndpointDto extends EndpointDto {
  /** Signs the messages (Standard Webhooks). It is shown this once. */
  @ApiProperty({ example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=' })
  secret!: string;
}

/** A new secret. */
export class RotatedSecretDto {
  /** Signs the messages from now on. It is shown this once. */
  @ApiProperty({ example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=' })
  secret!: string;

  /** Until when the one before signs along. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  previous_until!: Date;
}

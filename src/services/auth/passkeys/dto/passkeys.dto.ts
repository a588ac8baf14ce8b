import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Length, ValidateIf } from 'class-validator';
import { FreeForm } from '../../dto/free-form.decorator.js';

/** What the browser made, in the form of `@simplewebauthn/browser`. */
export class AddPasskeyDto {
  @ApiProperty({ type: 'object', additionalProperties: true, example: { id: 'AQID', type: 'public-key' } })
  @FreeForm()
  response!: Record<string, unknown>;

  /** What the user calls it. */
  @ApiPropertyOptional({ example: 'Telephone' })
  @ValidateIf((body: AddPasskeyDto) => body.name !== undefined)
  @IsString()
  @Length(1, 100)
  name?: string;
}

/** What the browser signed, in the form of `@simplewebauthn/browser`. */
export class PasskeySignInDto {
  @ApiProperty({ type: 'object', additionalProperties: true, example: { id: 'AQID', type: 'public-key' } })
  @FreeForm()
  response!: Record<string, unknown>;
}

/** A passkey. */
export class PasskeyDto {
  @ApiProperty({ example: 'AQIDBAUGBwgJCgsMDQ4PEA' })
  id!: string;

  @ApiProperty({ example: 'Telephone' })
  name!: string;

  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  created!: Date;

  /** When it signed in last. */
  @ApiPropertyOptional({ type: 'string', format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  used?: Date;
}

/** Passkeys of the user, the oldest first. */
export class PasskeyListDto {
  @ApiProperty({ type: [PasskeyDto] })
  passkeys!: PasskeyDto[];
}

import { ApiExtraModels, ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, ValidateIf } from 'class-validator';
import { ACCOUNT_SCHEMA, AccountDto } from './account.dto.js';
import { FreeForm } from './free-form.decorator.js';

/** Key and password of an account. */
export class SignInDto {
  @ApiProperty({ example: 'ada@example.com' })
  @IsString()
  _key!: string;

  @ApiProperty({ example: 'correct horse battery', format: 'password' })
  @IsString()
  _password!: string;

  /**
   * MongoDB query that the account must match as well, such as `{"active": true}`. Only fields of the application
   * and `_id`, `_key`, `_inserted`, `_patched` can be asked for.
   */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { active: true } })
  @ValidateIf((body: SignInDto) => body.query !== undefined)
  @FreeForm()
  query?: Record<string, unknown>;
}

/** A signed-in user and the tokens to prove it. */
@ApiExtraModels(AccountDto)
export class SignedInDto {
  /** To be sent as `Authorization: Bearer <token>`. */
  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJrZXkiOiJhZGEifQ.4f2c…' })
  token!: string;

  /** Gets the next tokens from `POST /token`, once. */
  @ApiProperty({ example: '65f0c1d2e3a4b5c6d7e8f901.0.Yk3…' })
  refresh_token!: string;

  @ApiProperty({ enum: ['Bearer'], example: 'Bearer' })
  token_type!: 'Bearer';

  /** Life of the token, in seconds. */
  @ApiProperty({ example: 3600 })
  expires_in!: number;

  /** To be sent as `X-CSRF-Token` with what a browser changes by cookie. */
  @ApiProperty({ example: '3uQ0…' })
  csrf_token!: string;

  @ApiProperty({ type: Object, allOf: ACCOUNT_SCHEMA.allOf })
  user!: AccountDto;
}

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

/** A signed-in user's token. */
@ApiExtraModels(AccountDto)
export class SignedInDto {
  /** To be sent as `Authorization: Bearer <token>`. */
  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJrZXkiOiJhZGEifQ.4f2c…' })
  token!: string;

  @ApiProperty({ enum: ['Bearer'], example: 'Bearer' })
  token_type!: 'Bearer';

  /** Life of the token, in seconds. */
  @ApiProperty({ example: 691200 })
  expires_in!: number;

  @ApiProperty({ type: Object, allOf: ACCOUNT_SCHEMA.allOf })
  user!: AccountDto;
}

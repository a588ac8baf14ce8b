import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';
import { IsNewAccountKey, MAX_KEY_LENGTH } from '../account-key.js';
import { IsNewPassword, MIN_PASSWORD_BYTES } from '../new-password.js';
import { FreeForm } from './free-form.decorator.js';

/** A new account. */
export class SignUpDto {
  /**
   * Name of the account, unique in its collection and kept exactly as given: letters that differ in case make
   * another account, so applications that use e-mail addresses send them in lower case. No control characters, no
   * space at either end, and none of the words that the service's routes use.
   */
  @ApiProperty({ example: 'ada@example.com', minLength: 1, maxLength: MAX_KEY_LENGTH })
  @IsNewAccountKey()
  _key!: string;

  /** 8 to 72 bytes of UTF-8. Without it the account cannot sign in by password. */
  @ApiPropertyOptional({
    example: 'correct horse battery',
    minLength: MIN_PASSWORD_BYTES,
    format: 'password',
  })
  @ValidateIf((body: SignUpDto) => body._password !== undefined)
  @IsNewPassword()
  _password?: string;

  /** The application's own fields. Names that begin with `_` belong to the server. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { name: 'Ada Lovelace', role: 'user', active: true },
  })
  @ValidateIf((body: SignUpDto) => body.document !== undefined)
  @FreeForm()
  document?: Record<string, unknown>;
}

import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsString, MaxLength, ValidateIf } from 'class-validator';
import { MAX_KEY_LENGTH } from '../../account-key.js';
import { IsUserCollection } from '../../collections/user-collection.js';
import { AccountDto } from '../../dto/account.dto.js';

/** Longest address that is taken, in characters. */
export const MAX_URL = 2000;

/** Names an account. */
export class GenerateCodeDto {
  @ApiProperty({ example: 'ada@example.com', maxLength: MAX_KEY_LENGTH })
  @IsString()
  @MaxLength(MAX_KEY_LENGTH)
  _key!: string;

  /** Collection of the account; the default one when it is left out. */
  @ApiPropertyOptional({ example: 'members' })
  @ValidateIf((body: GenerateCodeDto) => body.collection !== undefined)
  @IsUserCollection()
  collection?: string;
}

/** Names an account, and where the link in the mail leads. */
export class MailLinkDto extends GenerateCodeDto {
  /**
   * Page of the application that the link leads to, from `OAUTH_REDIRECTS`; it gets the parameters `token` and `type`.
   * Without it the mail holds the token itself.
   */
  @ApiPropertyOptional({ example: 'https://app.example.com/signin' })
  @ValidateIf((body: MailLinkDto) => body.redirect !== undefined)
  @IsString()
  @MaxLength(MAX_URL)
  redirect?: string;
}

/** A code is on its way. */
export class CodeSentDto {
  /** Goes with the code when it comes back; it holds nothing of it. */
  @ApiProperty({ example: 'b3BhcXVlIHRleHQgb25seQ' })
  otp_token!: string;

  /** Life of the code, in seconds. */
  @ApiProperty({ example: 600 })
  expires_in!: number;
}

/** A mail is on its way, if there is somebody to write to. */
export class MailSentDto {
  @ApiProperty({ example: 'If there is such an account, a mail is on its way' })
  message!: string;

  /** Life of the link, in seconds. */
  @ApiProperty({ example: 600 })
  expires_in!: number;
}

/** A mailed code that came back. */
export class VerifyCodeDto extends GenerateCodeDto {
  /** The six digits from the mail. */
  @ApiProperty({ example: '123456' })
  @IsString()
  @MaxLength(20)
  _password!: string;

  /** `otp_token` of the answer to `POST /passgen`. */
  @ApiProperty({ example: 'b3BhcXVlIHRleHQgb25seQ' })
  @IsString()
  @MaxLength(200)
  token!: string;

  /** Whether to sign in with it. */
  @ApiPropertyOptional({ example: false })
  @ValidateIf((body: VerifyCodeDto) => body.signin !== undefined)
  @IsBoolean()
  signin?: boolean;
}

/** Whether the code was right, and the session where one was asked for. */
export class CodeVerdictDto {
  @ApiProperty({ example: true })
  valid!: boolean;

  @ApiProperty({ example: 'OTP verified successfully' })
  message!: string;

  @ApiPropertyOptional({ example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJrZXkiOiJhZGEifQ.4f2c…' })
  token?: string;

  @ApiPropertyOptional({ example: '65f0c1d2e3a4b5c6d7e8f901.0.Yk3…' })
  refresh_token?: string;

  @ApiPropertyOptional({ enum: ['Bearer'], example: 'Bearer' })
  token_type?: 'Bearer';

  @ApiPropertyOptional({ example: 3600 })
  expires_in?: number;

  @ApiPropertyOptional({ example: '3uQ0…' })
  csrf_token?: string;

  @ApiPropertyOptional({ type: AccountDto })
  user?: AccountDto;
}

/** A token from a mail. */
export class MailedTokenDto {
  @ApiProperty({ example: 'b3BhcXVlIHRleHQgb25seQ.c2VjcmV0' })
  @IsString()
  @MaxLength(200)
  token!: string;
}

import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsEmail, IsString, MaxLength, ValidateIf } from 'class-validator';
import { MAX_URL, MailedTokenDto } from '../../codes/dto/codes.dto.js';
import { IsNewPassword } from '../../new-password.js';

/** A new password, and the token from the mail that allows it. */
export class ResetPasswordDto extends MailedTokenDto {
  @ApiProperty({ example: 'correct horse battery', format: 'password' })
  @IsNewPassword()
  _password!: string;
}

/** Where the link in the mail leads. */
export class VerifyAddressDto {
  /** Page of the application that the link leads to, from `OAUTH_REDIRECTS`. */
  @ApiPropertyOptional({ example: 'https://app.example.com/confirm' })
  @ValidateIf((body: VerifyAddressDto) => body.redirect !== undefined)
  @IsString()
  @MaxLength(MAX_URL)
  redirect?: string;
}

/** A new address. */
export class ChangeAddressDto extends VerifyAddressDto {
  @ApiProperty({ example: 'ada@example.org' })
  @IsEmail()
  email!: string;
}

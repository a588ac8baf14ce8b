import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength, ValidateIf } from 'class-validator';

const MAX_CODE = 40;

/** A code of the authenticator. */
export class TotpCodeDto {
  @ApiProperty({ example: '123456' })
  @IsString()
  @MaxLength(MAX_CODE)
  code!: string;
}

/** The ticket of a sign-in that asked for a second factor, and the code. */
export class MfaSignInDto {
  /** From the problem `mfa_required`. */
  @ApiProperty({ example: 'b3BhcXVlIHRleHQgb25seQ.c2VjcmV0' })
  @IsString()
  @MaxLength(200)
  ticket!: string;

  /** Of the authenticator, or a recovery code. */
  @ApiProperty({ example: '123456' })
  @IsString()
  @MaxLength(MAX_CODE)
  code!: string;
}

/** Who somebody is, once more. */
export class StepUpDto {
  /** Of the authenticator, or a recovery code; where there is a second factor. */
  @ApiPropertyOptional({ example: '123456' })
  @ValidateIf((body: StepUpDto) => body.code !== undefined)
  @IsString()
  @MaxLength(MAX_CODE)
  code?: string;

  /** Where there is no second factor. */
  @ApiPropertyOptional({ example: 'correct horse battery', format: 'password' })
  @ValidateIf((body: StepUpDto) => body._password !== undefined)
  @IsString()
  _password?: string;
}

/** The session is raised. */
export class SteppedUpDto {
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T10:10:00.000Z' })
  elevated_until!: Date;
}

/** What an authenticator app is set up with. */
export class EnrolmentDto {
  @ApiProperty({ example: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' })
  secret!: string;

  @ApiProperty({ example: 'otpauth://totp/Coglex:ada%40example.com?issuer=Coglex&secret=JBSWY3DPEHPK3PXP' })
  uri!: string;

  /** The address as a QR code. */
  @ApiProperty({ example: 'data:image/png;base64,iVBORw0KGgo…' })
  qr!: string;
}

/** Codes for those who lose their authenticator; they are shown once. */
export class RecoveryCodesDto {
  @ApiProperty({ type: [String], example: ['1f2e-3d4c-5b6a-7988'] })
  recovery_codes!: string[];
}

/** The second factor of the user. */
export class MfaStateDto {
  /** Whether a code is asked for. */
  @ApiProperty({ example: true })
  totp!: boolean;

  /** How many recovery codes are left. */
  @ApiProperty({ example: 10 })
  recovery_codes!: number;
}

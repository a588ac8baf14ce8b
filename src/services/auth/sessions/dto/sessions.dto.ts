import { ApiHideProperty, ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsEmpty, IsString, MaxLength, ValidateIf } from 'class-validator';

/** A refresh token; browsers send its cookie instead. */
export class RefreshDto {
  @ApiPropertyOptional({ example: '65f0c1d2e3a4b5c6d7e8f901.0.Yk3…' })
  @ValidateIf((body: RefreshDto) => body.refresh_token !== undefined)
  @IsString()
  @MaxLength(200)
  refresh_token?: string;
}

/** A sign-in that goes on. */
export class SessionDto {
  @ApiProperty({ example: '65f0c1d2e3a4b5c6d7e8f901' })
  id!: string;

  /** How its user signed in: `password`, `code`, `link`, `passkey` or `oauth:` with the provider. */
  @ApiProperty({ example: 'password', type: String })
  method!: string;

  /** Address that opened it or refreshed it last. */
  @ApiPropertyOptional({ example: '192.0.2.1' })
  ip?: string;

  /** What the client called itself. */
  @ApiPropertyOptional({ example: 'Mozilla/5.0 (X11; Linux x86_64)' })
  device?: string;

  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  created!: Date;

  /** When it was opened or refreshed last. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T11:00:00.000Z' })
  seen!: Date;

  /** When it ends unless it is refreshed. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-29T11:00:00.000Z' })
  expires!: Date;

  /** Whether it is the session that asks. */
  @ApiProperty({ example: true })
  current!: boolean;
}

/** Sessions of a user, the last used first. */
export class SessionListDto {
  @ApiProperty({ type: [SessionDto] })
  sessions!: SessionDto[];
}

/** Nothing is needed but who asks. */
export class NoBodyDto {
  /** The validator knows a class by its properties. */
  @ApiHideProperty()
  @IsEmpty()
  nothing?: never;
}

/** Something is done, and there is nothing else to say. */
export class DoneDto {
  @ApiProperty({ example: 'Signed out' })
  message!: string;
}

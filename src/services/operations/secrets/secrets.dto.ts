import { ApiProperty } from '@nestjs/swagger';

const SOURCES = ['file', 'vault', 'environment', 'dotenv', 'default', 'generated'] as const;

/** A secret setting: where it comes from, and never what it is. */
export class SecretSettingDto {
  @ApiProperty({ example: 'SMTP_PASSWORD' })
  name!: string;

  @ApiProperty({ example: true })
  is_set!: boolean;

  /** What supplied it: a secret file, Vault, the environment, `.env`, or nothing. */
  @ApiProperty({ enum: SOURCES, example: 'file' })
  source!: (typeof SOURCES)[number];

  /** Whether a new value takes effect while the server runs. */
  @ApiProperty({ example: true })
  live!: boolean;

  /** Whether a new value is there that waits for a restart. */
  @ApiProperty({ example: false })
  awaits_restart!: boolean;
}

/** Secret settings of the instance that answers. */
export class SecretSettingsDto {
  @ApiProperty({ type: [SecretSettingDto] })
  settings!: SecretSettingDto[];

  /** Why new values were not taken. */
  @ApiProperty({ type: [String], example: ['SMTP_PASSWORD_FILE: the file is empty'] })
  refused!: string[];
}

/** What a reload has found that was not known before. */
export class ReloadedDto {
  /** Settings that have new values now. */
  @ApiProperty({ type: [String], example: ['SMTP_PASSWORD'] })
  changed!: string[];

  /** Settings whose new values take effect after a restart. */
  @ApiProperty({ type: [String], example: ['MONGODB_URI'] })
  restart!: string[];

  /** Why new values were not taken; the old ones stay. */
  @ApiProperty({ type: [String], example: [] })
  refused!: string[];
}

import { ApiProperty } from '@nestjs/swagger';

const TIME = { type: 'string', format: 'date-time', nullable: true } as const;
const ID = { example: '65f0c1d2e3a4b5c6d7e8f901' };

/** What is known of a key. */
export class KeyDto {
  /** 24 hex digits. */
  @ApiProperty(ID)
  id!: string;

  @ApiProperty({ example: 'Shop, production' })
  name!: string;

  /** A `secret` key is for servers; a `publishable` one may be known to everybody, and rules decide what it reaches. */
  @ApiProperty({ enum: ['secret', 'publishable'], example: 'publishable' })
  type!: 'secret' | 'publishable';

  /** Id of the project that it opens. */
  @ApiProperty({ example: 'default' })
  project!: string;

  /** What it may be used for; `*` is all of the project. */
  @ApiProperty({ type: [String], example: ['storage:orders:read', 'auth:*'] })
  scopes!: string[];

  /** Origins of the pages that may send it; all when there are none. */
  @ApiProperty({ type: [String], example: ['https://shop.example.com'] })
  origins!: string[];

  /** When it ends, ISO 8601; `null` for never. */
  @ApiProperty({ ...TIME, example: '2027-12-31T23:59:59.000Z' })
  expires_at!: Date | null;

  /** Id of the key that made it; `root` for `SERVER_SECRET`. */
  @ApiProperty({ example: 'root' })
  created_by!: string;

  /** ISO 8601. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  created_at!: Date;

  /** When its text was last replaced; `null` for never. */
  @ApiProperty({ ...TIME, example: null })
  rotated_at!: Date | null;

  /** When it was last used, within some minutes; `null` for never. */
  @ApiProperty({ ...TIME, example: '2026-11-21T11:00:00.000Z' })
  last_used_at!: Date | null;
}

/** A key with its text. */
export class NewKeyDto extends KeyDto {
  /** To be sent as `X-API-Key`. Shown this once, for the server does not know it any more. */
  @ApiProperty({
    example: 'cgx_pk_65f0c1d2e3a4b5c6d7e8f9010b9e3c0c6c1f4f2f8a7d5e4b3c2a190817263544536271802b7d1c9a4f3e',
  })
  key!: string;
}

/** That a key is gone. */
export class RevokedKeyDto {
  @ApiProperty(ID)
  id!: string;

  @ApiProperty({ type: Boolean, enum: [true], example: true })
  revoked!: true;
}

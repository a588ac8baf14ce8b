import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { IsBoolean, IsString, MaxLength, MinLength, ValidateIf } from 'class-validator';
import { MAX_URL } from '../../codes/dto/codes.dto.js';
import { IsUserCollection } from '../../collections/user-collection.js';
import { SignedInDto } from '../../dto/sign-in.dto.js';

/** Where somebody wants to sign in, and where the provider sends them afterwards. */
export class OAuthStartDto {
  /** `google`, `facebook`, `github`, `microsoft`, or a name from `OAUTH_PROVIDERS`. */
  @ApiProperty({ example: 'google' })
  @IsString()
  @MaxLength(50)
  provider!: string;

  /** Page of the application, from `OAUTH_REDIRECTS`. */
  @ApiProperty({ example: 'http://localhost:3000/callback' })
  @IsString()
  @MaxLength(MAX_URL)
  redirect!: string;

  /** Collection whose user it is to be; the default one when it is left out. */
  @ApiPropertyOptional({ example: 'members' })
  @ValidateIf((body: OAuthStartDto) => body.collection !== undefined)
  @IsUserCollection()
  collection?: string;
}

/** Where to send the browser. */
export class OAuthStartedDto {
  @ApiProperty({ example: 'https://accounts.google.com/o/oauth2/v2/auth?client_id=…&state=…' })
  authorization_url!: string;

  /** Comes back with the code; good for ten minutes and once. */
  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiJ9.eyJwcm92aWRlciI6Imdvb2dsZSJ9.4f2c…' })
  state!: string;
}

/** What a provider sent back. */
export class OAuthLinkDto {
  @ApiProperty({ example: 'google' })
  @IsString()
  @MaxLength(50)
  provider!: string;

  /** The same as at the start. */
  @ApiProperty({ example: 'http://localhost:3000/callback' })
  @IsString()
  @MaxLength(MAX_URL)
  redirect!: string;

  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiJ9.eyJwcm92aWRlciI6Imdvb2dsZSJ9.4f2c…' })
  @IsString()
  @MaxLength(4000)
  state!: string;

  @ApiProperty({ example: '4/0AeanS0…' })
  @IsString()
  @MinLength(1)
  @MaxLength(2000)
  code!: string;
}

/** What a provider sent back, and whether to sign in with it. */
export class OAuthCallbackDto extends OAuthLinkDto {
  /** Whether to sign in as who it is. */
  @ApiPropertyOptional({ example: false })
  @ValidateIf((body: OAuthCallbackDto) => body.signin !== undefined)
  @IsBoolean()
  signin?: boolean;
}

/** Who somebody is at a provider; with `signin` the session as well. */
export class OAuthAnswerDto extends PartialType(SignedInDto) {
  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace' })
  name!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'ada@example.com' })
  email!: string | null;

  /** Id of the person at the provider. */
  @ApiProperty({ example: '108204268033311374519' })
  identifier!: string;

  @ApiProperty({ example: 'google' })
  provider!: string;
}

/** The code that the application's page got. */
export class ExchangeDto {
  @ApiProperty({ example: 'b3BhcXVlIHRleHQgb25seQ.c2VjcmV0' })
  @IsString()
  @MaxLength(200)
  code!: string;
}

/** A linked identity. */
export class IdentityDto {
  @ApiProperty({ example: 'google' })
  provider!: string;

  @ApiProperty({ example: '108204268033311374519' })
  identifier!: string;

  @ApiProperty({ type: String, nullable: true, example: 'ada@example.com' })
  email!: string | null;

  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  linked!: Date;
}

/** Identities of a user, the oldest first. */
export class IdentityListDto {
  @ApiProperty({ type: [IdentityDto] })
  identities!: IdentityDto[];
}

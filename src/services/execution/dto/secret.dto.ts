import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';

/** A secret to store. */
export class PutSecretDto {
  @ApiProperty({ example: 'sk_live_51H…' })
  @IsString()
  @Length(1, 65_536)
  value!: string;
}

/** A secret that is stored; its value is never shown. */
export class SecretDto {
  @ApiProperty({ example: 'API_TOKEN' })
  name!: string;
}

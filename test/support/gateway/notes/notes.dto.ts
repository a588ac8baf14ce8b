import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';

export class WriteNoteDto {
  @ApiProperty({ example: 'The key is under the mat.' })
  @Length(1, 10_000)
  text!: string;

  @ApiProperty({ example: 'open sesame' })
  @Length(8, 72)
  passphrase!: string;
}

export class OpenNoteDto {
  @ApiProperty({ example: 'open sesame' })
  @IsString()
  passphrase!: string;
}

export class LinkDto {
  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiJ9.eyJub3RlIjoiNjVmMCJ9.4f2c…' })
  link!: string;
}

export class NoteDto {
  @ApiProperty({ example: 'ada@example.com' })
  author!: string;

  @ApiProperty({ example: 'The key is under the mat.' })
  text!: string;
}

export class CountDto {
  @ApiProperty({ example: 2 })
  notes!: number;
}

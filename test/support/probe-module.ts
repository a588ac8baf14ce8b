import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  Get,
  HttpException,
  Injectable,
  InternalServerErrorException,
  Module,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Req,
} from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, ValidateNested } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { CoglexError } from '../../src/platform/errors/coglex-error.js';
import { Public } from '../../src/platform/security/access.decorator.js';

class PartDto {
  @IsString()
  'a/b'!: string;
}

class ProbeDto {
  @IsString()
  name!: string;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => PartDto)
  parts?: PartDto[];
}

class ProbeQueryDto {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Max(10)
  limit?: number;
}

/** What never may reach a client. */
export const HIDDEN = 'hidden-driver-text /srv/app/secret.ts';

/** Lets a test decide when a handler goes on. */
@Injectable()
export class ProbeGate {
  /** Resolves when a request has arrived at the gate. */
  readonly arrived: Promise<void>;
  open!: () => void;
  private readonly opened: Promise<void>;
  private arrive!: () => void;

  constructor() {
    this.arrived = new Promise((resolve) => (this.arrive = resolve));
    this.opened = new Promise((resolve) => (this.open = resolve));
  }

  async pass(): Promise<void> {
    this.arrive();
    await this.opened;
  }
}

const FAILURES: Record<string, () => unknown> = {
  unknown: () => new Error(HIDDEN),
  text: () => HIDDEN,
  nothing: () => undefined,
  'own-status': () => Object.assign(new Error(HIDDEN), { statusCode: 400, status: 400, code: 'ENOENT' }),
  'nest-500': () => new InternalServerErrorException(HIDDEN),
  'nest-400': () => new BadRequestException('The moon is full.'),
  'nest-409': () => new ConflictException('The moon is taken.'),
  'nest-418': () => new HttpException('The moon is a teapot.', 418),
  ours: () =>
    new CoglexError('duplicate_key', {
      detail: 'Taken.',
      extensions: { index: 3, status: 200 },
      headers: { 'X-Probe': 'yes' },
      cause: new Error(HIDDEN),
    }),
};

@Controller('probe')
@Public('for tests')
class ProbeController {
  constructor(private readonly gate: ProbeGate) {}

  @Post('echo')
  echo(@Body() body: unknown): { body: unknown } {
    return { body };
  }

  @Get('echo')
  read(@Req() request: FastifyRequest): unknown {
    return { query: request.query, ip: request.address, protocol: request.protocol };
  }

  @Get('items/:id')
  item(@Param('id') id: string): { id: string } {
    return { id };
  }

  @Get('numbers/:number')
  number(@Param('number', ParseIntPipe) number: number): { number: number } {
    return { number };
  }

  @Post('dto')
  dto(@Body() body: ProbeDto): ProbeDto {
    return body;
  }

  @Get('dto')
  query(@Query() query: ProbeQueryDto): ProbeQueryDto {
    return query;
  }

  @Get('fail/:how')
  fail(@Param('how') how: string): never {
    throw FAILURES[how]();
  }

  @Get('gate')
  async slow(): Promise<{ passed: true }> {
    await this.gate.pass();
    return { passed: true };
  }
}

/** Routes under `/probe` that show what the platform does with requests. */
@Module({ controllers: [ProbeController], providers: [ProbeGate] })
export class ProbeModule {}

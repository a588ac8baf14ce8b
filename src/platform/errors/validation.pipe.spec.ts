import type { Type as ClassType } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsEmail, IsInt, IsOptional, IsString, Max, ValidateNested } from 'class-validator';
import { CoglexError } from './coglex-error.js';
import { createValidationPipe } from './validation.pipe.js';

class PartDto {
  @IsString()
  'a/b~c'!: string;
}

class ProbeDto {
  @IsString()
  name!: string;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => PartDto)
  parts?: PartDto[];
}

class QueryDto {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Max(10)
  limit?: number;
}

class AddressDto {
  @IsEmail()
  email!: string;
}

describe('the validation pipe', () => {
  const pipe = createValidationPipe();
  const check = (value: unknown, metatype: ClassType = ProbeDto): Promise<unknown> =>
    pipe.transform(value, { type: 'body', metatype });
  const refusal = async (value: unknown, metatype?: ClassType) => {
    const error: unknown = await check(value, metatype).catch((reason: unknown) => reason);
    if (!(error instanceof CoglexError)) throw new Error(`Accepted ${JSON.stringify(value)}`);
    return error;
  };

  it('makes instances of the declared class, with converted values', async () => {
    const parts = [{ 'a/b~c': 'x' }];
    expect(await check({ name: 'lamp', parts })).toBeInstanceOf(ProbeDto);
    expect(await check({ limit: '7' }, QueryDto)).toEqual({ limit: 7 });
  });

  it('names every bad field by a JSON Pointer, and the first one in the detail', async () => {
    const error = await refusal({ name: 1, parts: [{ 'a/b~c': 'x' }, { 'a/b~c': 2 }] });
    expect(error).toMatchObject({ code: 'validation_failed', status: 400 });
    expect(error.errors).toEqual([
      { field: '/name', message: 'name must be a string' },
      { field: '/parts/1/a~1b~0c', message: 'a/b~c must be a string' },
    ]);
    expect(error.detail).toBe('name must be a string');
  });

  it('refuses half a character where a check of addresses fails on it', async () => {
    expect(await refusal({ email: '\ud800' }, AddressDto)).toMatchObject({
      code: 'validation_failed',
      detail: 'Text must be valid Unicode.',
    });
  });

  it('refuses what is not declared, at any depth', async () => {
    const { errors } = await refusal({ name: 'x', admin: true, parts: [{ 'a/b~c': 'x', admin: true }] });
    expect(errors?.map(({ field }) => field)).toEqual(['/admin', '/parts/0/admin']);
  });

  it.each([[undefined], [null], ['text'], [5], [[]], [[{ name: 'x' }]]])(
    'refuses %j for an object',
    async (value) => {
      await expect(check(value)).rejects.toBeInstanceOf(CoglexError);
    },
  );

  it('does not say the values back', async () => {
    const error = await refusal({ name: { $ne: 'hidden' } });
    expect(JSON.stringify([error.detail, error.errors])).not.toContain('hidden');
  });

  it('refuses a number that is none or too large', async () => {
    for (const limit of ['11', 'x', '1.5', ['1', '2'], 'Infinity'])
      expect((await refusal({ limit }, QueryDto)).errors?.[0].field).toBe('/limit');
  });
});

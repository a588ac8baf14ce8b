import { ApiProperty } from '@nestjs/swagger';
import { FreeForm } from './free-form.decorator.js';

/** A change of an account. */
export class UpdateAccountDto {
  /**
   * MongoDB update operators, such as `$set` and `$inc`, on the application's fields. Of the server's fields only
   * `_password` can be set, with `$set` and in plain text: it is hashed.
   */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { $set: { name: 'Ada King' }, $inc: { visits: 1 } },
  })
  @FreeForm()
  document!: Record<string, unknown>;
}

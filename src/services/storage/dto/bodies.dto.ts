import { ApiProperty } from '@nestjs/swagger';
import { IsDefined, IsOptional } from 'class-validator';

// What a query, an update or a pipeline must look like is the query guard's to say, with the place of the fault.

const FREE_FORM = { type: 'object', additionalProperties: true } as const;

/** A batch of documents to insert. */
export class InsertManyDto {
  /** At most 1000 documents, unless the server is set up otherwise. */
  @ApiProperty({
    type: 'array',
    items: FREE_FORM,
    minItems: 1,
    example: [
      { title: 'Buy milk', done: false },
      { title: 'Call Ada', done: true },
    ],
  })
  documents!: Record<string, unknown>[];
}

/** An update of one document. */
export class UpdateOneDto {
  /** MongoDB update operators, such as `$set`. */
  @ApiProperty({ ...FREE_FORM, example: { $set: { done: true }, $inc: { views: 1 } } })
  @IsDefined()
  document!: Record<string, unknown>;
}

/** An update of many documents. */
export class UpdateManyDto {
  /** MongoDB update operators, such as `$set`. */
  @ApiProperty({ ...FREE_FORM, example: { $set: { archived: true } } })
  @IsDefined()
  document!: Record<string, unknown>;

  /** Which documents: a MongoDB query. Must be sent; `{}` means all. */
  @ApiProperty({ ...FREE_FORM, example: { done: true } })
  @IsOptional()
  query!: Record<string, unknown>;
}

/** Which documents are deleted. */
export class DeleteManyDto {
  /** Which documents: a MongoDB query. Must be sent, here or in the URL; `{}` means all. */
  @ApiProperty({ ...FREE_FORM, selfRequired: false, example: { archived: true } })
  @IsOptional()
  query?: Record<string, unknown>;
}

/** An aggregation. */
export class AggregateDto {
  /** Stages of a MongoDB aggregation pipeline. */
  @ApiProperty({
    type: 'array',
    items: FREE_FORM,
    example: [
      { $match: { title: { $exists: true } } },
      { $group: { _id: '$done', count: { $sum: 1 } } },
      { $sort: { count: -1 } },
    ],
  })
  @IsDefined()
  pipeline!: Record<string, unknown>[];
}

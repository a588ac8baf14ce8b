import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, ValidateIf } from 'class-validator';
import { RULE_ACTIONS, type RuleAction } from '../../../platform/security/rules/declaration.js';

const FREE_FORM = { type: 'object', additionalProperties: true } as const;

/** A decision to be explained. */
export class TryRuleDto {
  /** `_key` of an account; null for somebody who has not signed in. */
  @ApiProperty({ type: String, nullable: true, example: 'ada@example.com' })
  @ValidateIf(({ as }: TryRuleDto) => as !== null)
  @IsString()
  as!: string | null;

  @ApiProperty({ enum: RULE_ACTIONS, example: 'view' })
  @IsIn(RULE_ACTIONS)
  action!: RuleAction;

  /** Which stored documents are meant: a MongoDB query. */
  @ApiPropertyOptional({ ...FREE_FORM, example: { _id: 'first-note' } })
  @IsOptional()
  query?: Record<string, unknown>;

  /** A document that is to be created, or that an update would leave. */
  @ApiPropertyOptional({ ...FREE_FORM, example: { title: 'Buy milk' } })
  @IsOptional()
  document?: Record<string, unknown>;
}

/** A decision, with its reason. */
export class DecisionDto {
  @ApiProperty({ example: true })
  allowed!: boolean;

  /** The rule that decided, as it was declared; null when there is none for the action. */
  @ApiProperty({ ...FREE_FORM, nullable: true, example: { owner: '$user._id' } })
  rule!: Record<string, unknown> | null;

  @ApiProperty({ example: 'The rule lets this caller reach the document.' })
  reason!: string;
}

import type { FunctionDto, FunctionSummaryDto } from '../dto/function.dto.js';
import type { CurrentFunction } from './functions.repository.js';

/** A function as clients see it. */
export function functionDto({ _id, version, created, updated, definition }: CurrentFunction): FunctionDto {
  const { grants, ...rest } = definition;
  return {
    name: _id,
    version,
    ...rest,
    grants: { ...grants, files: grants.files ?? false },
    created,
    updated,
  };
}

/** The same without the code. */
export function summaryDto(stored: CurrentFunction): FunctionSummaryDto {
  const { code: _code, ...summary } = functionDto(stored);
  return summary;
}

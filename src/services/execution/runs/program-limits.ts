import type { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { CodeDto } from '../dto/execute.dto.js';
import type { Program } from '../sandbox/sandbox.service.js';

/** What code asks for, with defaults. @throws CoglexError `validation_failed` for more than there is */
export function checkedProgram(dto: CodeDto, config: Config): Omit<Program, 'parameters'> {
  const { code, language = 'python' } = dto;
  const timeout = dto.timeout ?? config.EXECUTION_TIMEOUT_MS;
  const memory = dto.memory ?? config.EXECUTION_MEMORY;
  atMost('timeout', timeout, config.EXECUTION_MAX_TIMEOUT_MS);
  atMost('memory', memory, config.EXECUTION_MAX_MEMORY);
  const bytes = Buffer.byteLength(code);
  if (bytes > config.EXECUTION_MAX_CODE)
    throw invalid('code', `code must not be longer than ${config.EXECUTION_MAX_CODE} bytes`);
  return { code, language, timeout, memory };
}

function atMost(name: string, value: number, most: number): void {
  if (value > most) throw invalid(name, `${name} must not be greater than ${most}`);
}

function invalid(name: string, message: string): CoglexError {
  return new CoglexError('validation_failed', { detail: message, errors: [{ field: `/${name}`, message }] });
}

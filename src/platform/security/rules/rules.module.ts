import { Global, Module } from '@nestjs/common';
import { CallerValues } from './caller-values.service.js';
import { Declarations } from './declarations.service.js';
import { GovernedPipelines } from './governed-pipelines.service.js';
import { RowRules } from './row-rules.service.js';
import { UserDocuments } from './user-documents.service.js';

/** Who may reach which documents, for every module. */
@Global()
@Module({
  providers: [CallerValues, Declarations, GovernedPipelines, RowRules, UserDocuments],
  exports: [Declarations, GovernedPipelines, RowRules],
})
export class RulesModule {}

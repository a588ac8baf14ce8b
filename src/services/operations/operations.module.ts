import { Module } from '@nestjs/common';
import { ModuleRegistry } from '../../platform/modules/module-registry.service.js';

/** What operators of the whole installation see and do: `/service/operations/v1`. */
@Module({})
export class OperationsModule {
  constructor(modules: ModuleRegistry) {
    modules.register({
      key: 'operations',
      title: 'Operations',
      needs: ['database'],
      uses: ['audit', 'jobs'],
    });
  }
}

import { Module } from '@nestjs/common';
import { KeyController } from './key.controller.js';
import { KeysRepository } from './keys.repository.js';
import { KeysService } from './keys.service.js';
import { ModuleRegistry } from '../../platform/modules/module-registry.service.js';

/** API keys: `/service/key/v1`. */
@Module({ controllers: [KeyController], providers: [KeysService, KeysRepository] })
export class KeyModule {
  constructor(modules: ModuleRegistry) {
    modules.register({ key: 'key', title: 'API keys', needs: ['database'] });
  }
}

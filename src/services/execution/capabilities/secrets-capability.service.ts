import { Injectable } from '@nestjs/common';
import { Secrets } from '../secrets/secrets.service.js';
import { notGranted, textArgument } from './arguments.js';
import type { CapabilityGroup } from './capability.js';

/** `coglex.secrets`: the secrets that a function is granted by name. Settings of the server are none. */
@Injectable()
export class SecretsCapability implements CapabilityGroup {
  constructor(private readonly secrets: Secrets) {}

  readonly handlers: CapabilityGroup['handlers'] = {
    'secrets.get': (run, [name]) => {
      const wanted = textArgument(name, 'name');
      if (!run.grants.secrets.includes(wanted)) throw notGranted(`the secret ${wanted}`);
      return this.secrets.reveal(wanted);
    },
  };
}

import { isHostOrRange } from '../network-words.js';
import { List } from '../setting.decorator.js';
import { ArchiveSettings } from './archive.settings.js';

/** Requests that the server makes for its callers. */
export class OutboundSettings extends ArchiveSettings {
  @List(isHostOrRange, 'hold host names, addresses and CIDRs', {
    group: 'Outbound',
    about:
      'Private hosts, addresses or CIDRs that requests for callers (webhooks, functions) may reach. None by default.',
    shownDefault: '',
  })
  readonly OUTBOUND_ALLOW: string[] = [];
}

import type { StoredKey } from '../../platform/security/keys/stored-key.js';
import type { KeyDto } from './dto/key.dto.js';

/** What of a key is shown: neither its text, which nobody knows any more, nor its hash. */
export function viewOf(key: StoredKey): KeyDto {
  return {
    id: key._id,
    name: key.name,
    type: key.type,
    project: key.project,
    scopes: key.scopes,
    origins: key.origins,
    expires_at: key.expires_at,
    created_by: key.created_by,
    created_at: key._inserted,
    rotated_at: key.rotated_at ?? null,
    last_used_at: key.last_used_at ?? null,
  };
}

import { DEFAULT_PROJECT } from '../../platform/tenancy/project-context.service.js';
import type { StoredProject } from '../../platform/tenancy/stored-project.js';
import type { ProjectDto } from './dto/project.dto.js';

/** A project as it is shown. */
export function viewOf({ _id, name, frozen, quotas = {}, ...times }: StoredProject): ProjectDto {
  return {
    id: _id,
    name,
    frozen,
    quotas: { bytes: quotas.bytes ?? null, files: quotas.files ?? null, upload: quotas.upload ?? null },
    created_at: _id === DEFAULT_PROJECT ? null : times._inserted,
    deleted_at: times.deleted_at ?? null,
    purge_at: times.purge_at ?? null,
  };
}

/** The project that something happened to. */
export interface ProjectEvent {
  id: string;
  name: string;
}

declare module '../../platform/events/event-map.js' {
  interface EventMap {
    'project.created': ProjectEvent;
    /** Renamed, frozen, thawed, given other quotas, deleted with a time of grace, or restored. */
    'project.updated': ProjectEvent;
    /** Gone for good, with its database and its keys. Whoever keeps something elsewhere for it removes that now. */
    'project.deleted': ProjectEvent;
  }
}

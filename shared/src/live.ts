/** What `GET /api/live` tells a signed-in viewer, as the `data` of a server-sent event. */
export type LiveEvent =
  /** Someone opened, is reading, or has left something the viewer may see. */
  | { kind: 'view'; viewId: number; customerId: number | null; materialId: number; staffId: number; title: string; readerName: string; reader: 'customer' | 'forwarded' | 'unknown'; visibleMs: number; lastPage: number | null; pages: number | null; openNumber: number; readingNow: boolean; at: number }
  /** The customer's data changed (tags, remark, relation, timeline). */
  | { kind: 'customer'; customerId: number }
  /** A long-running job moved. */
  | { kind: 'job'; jobId: number; state: string; done: number; total: number | null; failed: number }
  /** A material's pages were drawn, or it changed. */
  | { kind: 'material'; materialId: number }
export type LiveEventKind = LiveEvent['kind']

import type { FiguresScope } from '@zhike/shared'
import type { Viewer } from '../../identity/index.ts'

/** What the radar knows about materials; implemented by the radar area. */
export interface RadarFigures {
  /** Views and shares ever, and views since the start of `sinceDay` (`2026-03-04`, in the corp's zone). Materials without any may be left out. */
  materialFigures(corpId: number, materialIds: readonly number[], sinceDay: string): Promise<Map<number, MaterialFigures>>
  /** How often the customer has opened each material, and when the member last sent it to her. */
  customerReadings(corpId: number, who: { customerId: number; staffId: number }, materialIds: readonly number[]): Promise<Map<number, CustomerReading>>
  /** Of the links whose figures the viewer may see (MAT-22). */
  totals(viewer: Viewer, materialId: number): Promise<MaterialTotals>
  /** Materials that the member sent last, the latest first, each once. */
  recentlySent(corpId: number, staffId: number, limit: number): Promise<number[]>
  /** How often each of these was sent since a day, or opened ever; those that never were may be left out. */
  counts(corpId: number, by: { sentSince: string } | 'views', materialIds: readonly number[]): Promise<Map<number, number>>
}
export interface MaterialFigures { views: number; todayViews: number; shares: number }
/** @property sentAt epoch ms */
export interface CustomerReading { views: number; sentAt: number | null }
/**
 * @property scope whose links: her own, those of whom she manages, or everybody's
 * @property averageMs mean visible reading time of the views that have ended
 */
export interface MaterialTotals { scope: FiguresScope; views: number; readers: number; shares: number; sharers: number; averageMs: number }

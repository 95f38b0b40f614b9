/** What the radar knows about materials; implemented by the radar area. */
export interface RadarFigures {
  /** Views and shares ever, and views since the start of `sinceDay` (`2026-03-04`, in the corp's zone). Materials without any may be left out. */
  materialFigures(corpId: number, materialIds: readonly number[], sinceDay: string): Promise<Map<number, MaterialFigures>>
  /** How often the customer has opened each material, and when the member last sent it to her. */
  customerReadings(corpId: number, who: { customerId: number; staffId: number }, materialIds: readonly number[]): Promise<Map<number, CustomerReading>>
  /** @param staffId count only what this member sent; null for everybody's */
  totals(corpId: number, materialId: number, staffId: number | null): Promise<MaterialTotals>
  /** Materials that the member sent last, the latest first, each once. */
  recentlySent(corpId: number, staffId: number, limit: number): Promise<number[]>
  /** Materials by how often they were sent since a day, or opened ever; the most first, none that never was. */
  ranking(corpId: number, by: { sentSince: string } | 'views', limit: number): Promise<number[]>
}
export interface MaterialFigures { views: number; todayViews: number; shares: number }
/** @property sentAt epoch ms */
export interface CustomerReading { views: number; sentAt: number | null }
/** @property averageMs mean visible reading time of the views that have ended */
export interface MaterialTotals { views: number; readers: number; shares: number; sharers: number; averageMs: number }

const formats = new Map<string, Intl.DateTimeFormat>()

/** The day of a moment in a zone, as `2026-03-04`. */
export function dayIn(zone: string, ms: number): string {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
    formats.set(zone, format)
  }
  return format.format(ms)
}

/** Types of material of this library (MAT-4). */
export const MATERIAL_TYPES = ['pdf', 'link', 'image'] as const
export type MaterialType = (typeof MATERIAL_TYPES)[number]
export const MATERIAL_TYPE_LABELS: Record<MaterialType, string> = { pdf: 'PDF', link: '链接', image: '图片' }

/** A PDF's pages are drawn in the background after the upload. */
export const MATERIAL_STATES = ['preparing', 'ready', 'failed'] as const
export type MaterialState = (typeof MATERIAL_STATES)[number]

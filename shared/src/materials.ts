/** The three libraries (MAT-1): of all staff, of the staff of some departments, of one member alone. */
export const MATERIAL_SCOPES = ['corp', 'team', 'personal'] as const
export type MaterialScope = (typeof MATERIAL_SCOPES)[number]
export const MATERIAL_SCOPE_LABELS: Record<MaterialScope, string> = { corp: '企业', team: '团队', personal: '我的' }

/** Types of material of the library (MAT-4). A picture set is an image with several pictures. */
export const MATERIAL_TYPES = ['pdf', 'article', 'link', 'image', 'video', 'file', 'miniprogram'] as const
export type MaterialType = (typeof MATERIAL_TYPES)[number]
export const MATERIAL_TYPE_LABELS: Record<MaterialType, string> = { pdf: 'PDF', article: '文章', link: '链接', image: '图片', video: '视频', file: '文件', miniprogram: '小程序' }

/** WeChat opens mini-program cards by itself and tells nobody: these are sent, and their openings are unknown. */
export const isTracked = (type: MaterialType): boolean => type !== 'miniprogram'

/** A PDF's pages are drawn in the background after the upload. */
export const MATERIAL_STATES = ['preparing', 'ready', 'failed'] as const
export type MaterialState = (typeof MATERIAL_STATES)[number]

/** How a library's list is sorted; `sent_week` shows only what was sent within seven days. */
export const MATERIAL_ORDERS = ['newest', 'sent_week', 'most_viewed'] as const
export type MaterialOrder = (typeof MATERIAL_ORDERS)[number]
export const MATERIAL_ORDER_LABELS: Record<MaterialOrder, string> = { newest: '最新', sent_week: '本周发得最多', most_viewed: '浏览最多' }

/** May a page frame the site of a link? Unknown: the site could not be asked. */
export const FRAMINGS = ['allowed', 'refused', 'unknown'] as const
export type Framing = (typeof FRAMINGS)[number]

/** What an upload is by its content. */
export const UPLOAD_KINDS = ['pdf', 'image', 'video', 'file'] as const
export type UploadKind = (typeof UPLOAD_KINDS)[number]
export const UPLOAD_KIND_LABELS: Record<UploadKind, string> = { pdf: 'PDF', image: '图片', video: '视频', file: '文件' }

/** Endings that may be uploaded as a file: documents, tables, slides, archives, sound. Nothing that a phone would run. */
export const FILE_ENDINGS = ['pdf', 'doc', 'docx', 'xls', 'xlsx', 'ppt', 'pptx', 'csv', 'txt', 'zip', 'rar', '7z', 'mp3', 'm4a', 'dwg', 'psd'] as const

/** A video's length is told in so many equal parts, as a PDF is in pages. */
export const VIDEO_PARTS = 10

/** Where a material can be in use (MAT-11). Each area that uses materials names its own. */
export const MATERIAL_USES = ['shares'] as const
export type MaterialUseKind = (typeof MATERIAL_USES)[number]
export const MATERIAL_USE_LABELS: Record<MaterialUseKind, string> = { shares: '已发出的链接' }

/** Whose links figures are of: the viewer's own, those of whom she manages, or everybody's. */
export const FIGURES_SCOPES = ['own', 'managed', 'all'] as const
export type FiguresScope = (typeof FIGURES_SCOPES)[number]

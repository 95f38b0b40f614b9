/** Limits that form and server check alike (GEN-7). Lengths count one per character. */
export const LIMITS = {
  /** MAT-4 */
  materialTitle: 20,
  materialSummary: 120,
  materialUrl: 1024,
  /** MAT-2 */
  materialGroupName: 20,
  /** MAT-5: bytes */
  pdfBytes: 20 * 1024 * 1024,
  pdfPages: 300,
  /** MAT-7: bytes */
  imageBytes: 10 * 1024 * 1024,
  /** Pixels (width × height) of a picture we are willing to decode. */
  imagePixels: 60_000_000,
  /** Pictures of one picture set. */
  imagesPerSet: 20,
  /** Bytes. WeCom itself takes videos up to 10 MB only (wecom-api/02 §6); ours are played from our own page. */
  videoBytes: 100 * 1024 * 1024,
  wecomVideoBytes: 10 * 1024 * 1024,
  /** Bytes, as WeCom's own limit for files. */
  fileBytes: 20 * 1024 * 1024,
  /** Bytes of cleaned HTML, and different pictures in it: the same line between paragraphs may come again and again. */
  articleBytes: 200 * 1024,
  articlePictures: 30,
  miniprogramPath: 512,
  /** Bytes of one piece of an upload; all but the last have exactly this size. */
  uploadPiece: 1024 * 1024,
  /** Uploads of one member that have begun and are not finished. */
  uploadsOpen: 20,
  /** Files of one member that no material took yet, within a day: how many, and their bytes together. */
  unusedUploads: 200,
  unusedBytes: 1024 * 1024 * 1024,
  /** MAT-9 */
  materialScore: 100,
  /** MAT-8 */
  materialTags: 20,
  /** Of a friendship, as WeCom limits them (wecom-api/03 §1.5). Phone numbers: as many as its client has room for. */
  remark: 20,
  description: 150,
  remarkCorp: 20,
  remarkPhones: 5,
  /** TAG-6, TAG-7; tags that one form makes. */
  tagName: 15,
  tagsAtOnce: 20,
  /** WeCom: tags in one mark_tag call that we allow at once. */
  tagsPerChange: 50,
  searchText: 50,
  roleName: 20,
  /** Exports that one person may have under way. */
  exportsAtOnce: 3,
  page: 20,
  pageMax: 100,
  /** GEN-1: rows of a page where pages are turned. */
  turnedPage: 10,
  /** So many rows of a list can be passed over by turning to a page; who wants to go further narrows the search. */
  skipMost: 10_000,
} as const

/** MAT-15: one open never counts more than this many milliseconds of reading. */
export const VIEW_CAP_MS = 30 * 60 * 1000
/** The page reports at least this often while it is visible. */
export const BEAT_INTERVAL_MS = 4000
/** Without a beat for this long a reader is no longer "reading now". */
export const READING_NOW_MS = 15_000
/** SYS-3: a staff session lives 12 hours. */
export const SESSION_MS = 12 * 60 * 60 * 1000

/** True when the text is a WeCom userid (wecom-api/00 §1). */
export const USERID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_\-@.]{0,63}$/

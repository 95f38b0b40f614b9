/** Pixels at the longer edge that are looked at: a code in a photograph is found no better in more. */
const MOST = 1200

/** What the QR code in a picture says; null when there is none, or when the picture is of a site that keeps it to itself. */
export async function codeIn(src: string): Promise<string | null> {
  const pixels = await pixelsOf(src)
  if (pixels === null) return null
  const { default: jsQR } = await import('jsqr')
  return jsQR(pixels.data, pixels.width, pixels.height)?.data ?? null
}

async function pixelsOf(src: string): Promise<ImageData | null> {
  const picture = new Image()
  picture.src = src
  try {
    await picture.decode()
  } catch (error) {
    if (error instanceof DOMException) return null
    throw error
  }
  const scale = Math.min(1, MOST / Math.max(picture.naturalWidth, picture.naturalHeight, 1))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(picture.naturalWidth * scale))
  canvas.height = Math.max(1, Math.round(picture.naturalHeight * scale))
  const pen = canvas.getContext('2d')
  if (pen === null) return null
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height)
  try {
    return pen.getImageData(0, 0, canvas.width, canvas.height)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'SecurityError') return null
    throw error
  }
}

/** A frame a little after the beginning: the first one is often black. */
const AT_SECONDS = 0.8
const WIDEST = 1280
const PATIENCE_MS = 8000

/** A picture of a video that was chosen on this device, as JPEG; null when this browser can't play it. */
export function posterOf(file: File): Promise<File | null> {
  const address = URL.createObjectURL(file)
  const video = document.createElement('video')
  video.muted = true
  video.playsInline = true
  video.preload = 'auto'
  return new Promise<File | null>((resolve) => {
    const end = (picture: File | null): void => {
      clearTimeout(timer)
      video.removeAttribute('src')
      video.load()
      URL.revokeObjectURL(address)
      resolve(picture)
    }
    const timer = setTimeout(() => end(null), PATIENCE_MS)
    video.onerror = () => end(null)
    video.onloadeddata = () => { video.currentTime = Math.min(AT_SECONDS, (video.duration || 0) / 2) }
    video.onseeked = () => {
      const scale = Math.min(1, WIDEST / Math.max(video.videoWidth, 1))
      const canvas = document.createElement('canvas')
      canvas.width = Math.round(video.videoWidth * scale)
      canvas.height = Math.round(video.videoHeight * scale)
      const context = canvas.getContext('2d')
      if (!context || canvas.width === 0) return end(null)
      context.drawImage(video, 0, 0, canvas.width, canvas.height)
      canvas.toBlob((blob) => end(blob && new File([blob], '视频封面.jpg', { type: 'image/jpeg', lastModified: file.lastModified })), 'image/jpeg', 0.85)
    }
    video.src = address
  })
}

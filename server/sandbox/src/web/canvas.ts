/** `#rrggbb` */
export type Colour = `#${string}`
type Point = readonly [x: number, y: number]

/** Drawn twice as large and shrunk at the end: smooth edges for little code. */
const SCALE = 2

const CHANNELS: readonly number[] = [16, 8, 0]

const valueOf = (colour: Colour): number => Number.parseInt(colour.slice(1), 16)

/** The colour so far (0 to 1) between two. */
function mixed(from: number, to: number, part: number): number {
  return CHANNELS.reduce((sum, shift) => sum + (Math.round(((from >> shift) & 255) + (((to >> shift) & 255) - ((from >> shift) & 255)) * part) << shift), 0)
}

/** A flat picture without fonts or libraries, for the photographs of made-up sites. Measures are pixels of the finished picture. */
export class Canvas {
  readonly width: number
  readonly height: number
  /** 0xrrggbb each */
  private readonly pixels: Uint32Array

  constructor(width: number, height: number) {
    this.width = width
    this.height = height
    this.pixels = new Uint32Array(width * height * SCALE * SCALE)
  }

  /** From top to bottom of the whole picture. */
  gradient(top: Colour, bottom: Colour): this {
    for (let y = 0; y < this.height * SCALE; y += 1) this.row(y, 0, this.width * SCALE, mixed(valueOf(top), valueOf(bottom), y / (this.height * SCALE)))
    return this
  }

  rect(x: number, y: number, width: number, height: number, colour: Colour): this {
    const paint = valueOf(colour)
    for (let at = Math.round(y * SCALE); at < Math.round((y + height) * SCALE); at += 1) this.row(at, Math.round(x * SCALE), Math.round((x + width) * SCALE), paint)
    return this
  }

  ellipse(centreX: number, centreY: number, radiusX: number, radiusY: number, colour: Colour): this {
    const paint = valueOf(colour)
    const [cx, cy, rx, ry] = [centreX * SCALE, centreY * SCALE, radiusX * SCALE, radiusY * SCALE]
    for (let y = Math.ceil(cy - ry); y <= cy + ry; y += 1) {
      const half = rx * Math.sqrt(Math.max(0, 1 - ((y - cy) / ry) ** 2))
      this.row(y, Math.round(cx - half), Math.round(cx + half), paint)
    }
    return this
  }

  circle(x: number, y: number, radius: number, colour: Colour): this {
    return this.ellipse(x, y, radius, radius, colour)
  }

  polygon(points: readonly Point[], colour: Colour): this {
    const paint = valueOf(colour)
    const corners = points.map(([x, y]): Point => [x * SCALE, y * SCALE])
    const heights = corners.map(([, y]) => y)
    for (let y = Math.floor(Math.min(...heights)); y <= Math.max(...heights); y += 1) {
      const crossings = corners.flatMap(([x1, y1], index) => {
        const [x2, y2] = corners[(index + 1) % corners.length] ?? [x1, y1]
        return (y1 <= y) === (y2 <= y) ? [] : [x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)]
      }).sort((a, b) => a - b)
      for (let pair = 0; pair + 1 < crossings.length; pair += 2) this.row(y, Math.round(crossings[pair] ?? 0), Math.round(crossings[pair + 1] ?? 0), paint)
    }
    return this
  }

  /** A straight stroke. */
  line([x1, y1]: Point, [x2, y2]: Point, thickness: number, colour: Colour): this {
    const length = Math.hypot(x2 - x1, y2 - y1)
    const [dx, dy] = [((y2 - y1) / length) * (thickness / 2), ((x2 - x1) / length) * (thickness / 2)]
    return this.polygon([[x1 - dx, y1 + dy], [x2 - dx, y2 + dy], [x2 + dx, y2 - dy], [x1 + dx, y1 - dy]], colour)
  }

  /** The finished picture, rows of RGB. */
  finished(): { width: number; height: number; rgb: Uint8Array } {
    const { width, height, pixels } = this
    const rgb = new Uint8Array(width * height * 3)
    const stride = width * SCALE
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const corner = y * SCALE * stride + x * SCALE
        const four = [pixels[corner] ?? 0, pixels[corner + 1] ?? 0, pixels[corner + stride] ?? 0, pixels[corner + stride + 1] ?? 0]
        for (const [index, shift] of CHANNELS.entries()) rgb[(y * width + x) * 3 + index] = four.reduce((sum, pixel) => sum + ((pixel >> shift) & 255), 0) >> 2
      }
    }
    return { width, height, rgb }
  }

  /** Fills one row of the large picture, cut at its edges. */
  private row(y: number, from: number, to: number, paint: number): void {
    if (y < 0 || y >= this.height * SCALE) return
    const base = y * this.width * SCALE
    this.pixels.fill(paint, base + Math.max(0, from), base + Math.max(0, Math.min(this.width * SCALE, to)))
  }
}

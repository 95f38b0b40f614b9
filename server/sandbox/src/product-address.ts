/** Public and internal address of the product: what people see, and where this process reaches it. */
export class ProductAddress {
  private base: string
  private inside: string

  constructor(base: string, internal: string) {
    this.base = base.replace(/\/+$/, '')
    this.inside = internal.replace(/\/+$/, '')
  }

  set(base: string, internal: string): void {
    this.base = base.replace(/\/+$/, '')
    this.inside = internal.replace(/\/+$/, '')
  }

  /** Public origin, without a slash at the end. */
  get origin(): string {
    return this.base
  }

  /** Host with port, as a trusted domain is written. */
  get host(): string {
    return new URL(this.base).host
  }

  /** The same URL, reached from this process. */
  internal(url: string): string {
    return this.owns(url) ? this.inside + url.slice(this.base.length) : url
  }

  owns(url: string): boolean {
    return url === this.base || url.startsWith(`${this.base}/`)
  }
}

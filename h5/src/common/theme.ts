/**
 * Follows the colour scheme of the WeCom client, which names it in its user agent (`ColorScheme/Dark`) and may differ
 * from the system's. Without that name the style sheet follows prefers-color-scheme by itself.
 */
export function followClientTheme(userAgent: string = navigator.userAgent): void {
  const scheme = /ColorScheme\/(Dark|Light)/i.exec(userAgent)?.[1]?.toLowerCase()
  if (scheme) document.documentElement.dataset.theme = scheme
}

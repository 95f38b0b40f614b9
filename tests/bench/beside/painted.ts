import type { Page } from 'playwright-core'

/** Milliseconds from the start of the navigation to the paint of the picture that this selector finds, as the browser tells it (largest contentful paint). */
export function picturePainted(page: Page, selector: string): Promise<number> {
  return page.evaluate((wanted) => new Promise<number>((done) => {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry instanceof LargestContentfulPaint && entry.element?.matches(wanted)) done(entry.startTime)
    }).observe({ type: 'largest-contentful-paint', buffered: true })
  }), selector)
}

const MARK = 'bench:painted'

/** Looks, from the first frame on, for the frame in which an element is there with all its pictures; before the page is opened. */
export async function lookFor(page: Page, selector: string): Promise<void> {
  // Without functions of its own that have a name: what runs the benchmarks marks them with helpers that a page doesn't have.
  await page.addInitScript(async ([wanted = '', mark = '']) => {
    for (;;) {
      await new Promise(requestAnimationFrame)
      const element = document.querySelector(wanted)
      if (!element || [...element.querySelectorAll('img')].some((picture) => !picture.complete || picture.naturalWidth === 0)) continue
      // The frame that is being made now shows it; what comes after the next one begins runs when it is painted.
      await new Promise(requestAnimationFrame)
      performance.mark(mark)
      return
    }
  }, [selector, MARK])
}

/** Milliseconds from the start of the navigation until it was painted (see `lookFor`). */
export async function elementPainted(page: Page): Promise<number> {
  const found = await page.waitForFunction((mark) => performance.getEntriesByName(mark)[0]?.startTime, MARK, { polling: 200 })
  return (await found.jsonValue()) ?? 0
}

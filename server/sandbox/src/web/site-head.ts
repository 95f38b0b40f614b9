/** What every site's head begins with. The script is not the site's: through it the simulated phone sees a page of another origin. */
export function siteHead(charset = '<meta charset="utf-8">'): string {
  return `${charset}
<script src="/sandbox/web/browser.js"></script>
<meta name="viewport" content="width=device-width,initial-scale=1">`
}

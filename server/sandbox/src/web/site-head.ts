/** What every site's head begins with. */
export function siteHead(charset = '<meta charset="utf-8">'): string {
  return `${charset}
<meta name="viewport" content="width=device-width,initial-scale=1">`
}

/** True inside a WeCom client, by the same mark that the JS-SDK looks for. */
export function insideWecom(userAgent: string = navigator.userAgent): boolean {
  return /wxwork\/[\d.]+/i.test(userAgent)
}

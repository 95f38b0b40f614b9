/** Bytes of each character that GBK has beyond ASCII; node can only decode, so this is its decoder turned round. */
let table: Map<string, readonly [number, number]> | undefined

function gbkTable(): Map<string, readonly [number, number]> {
  if (table !== undefined) return table
  const decoder = new TextDecoder('gbk')
  table = new Map()
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      if (trail === 0x7f) continue
      const char = decoder.decode(Uint8Array.of(lead, trail))
      if (char.length === 1 && char !== '\ufffd') table.set(char, [lead, trail])
    }
  }
  return table
}

/** Text in GBK, as older Chinese sites still send it; a character that GBK lacks becomes a question mark. */
export function gbkOf(text: string): Buffer {
  const known = gbkTable()
  return Buffer.from([...text].flatMap((char) => (char < '\x80' ? [char.charCodeAt(0)] : [...(known.get(char) ?? [0x3f])])))
}

import ExcelJS from 'exceljs'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { harmless, sheetOf, writeSheets } from '../../server/src/platform/sheets.ts'

async function written(sheets: Parameters<typeof writeSheets>[2], options?: { sheetRows: number }): Promise<ExcelJS.Workbook> {
  const out = new PassThrough()
  const [bytes] = await Promise.all([buffer(out), writeSheets(out, 'Asia/Shanghai', sheets, options)])
  const workbook = new ExcelJS.Workbook()
  await workbook.xlsx.load(Uint8Array.from(bytes).buffer)
  return workbook
}

describe('Excel files', () => {
  it('go on in another sheet when one is full', async () => {
    const workbook = await written([sheetOf('名单', [{ title: '号', value: (n: number) => n }], [1, 2, 3, 4, 5])], { sheetRows: 3 })
    expect(workbook.worksheets.map((sheet) => [sheet.name, sheet.getColumn(1).values.slice(1)])).toEqual([['名单', ['号', 1, 2]], ['名单 2', ['号', 3, 4]], ['名单 3', ['号', 5]]])
  })

  it('cut what no cell can hold, and leave out what no file can say', async () => {
    const workbook = await written([sheetOf('长', [{ title: '字', value: (text: string) => text }], ['长'.repeat(40_000), `${'a'.repeat(32_766)}😀`, 'a\u0000b'])])
    const values = workbook.worksheets[0]?.getColumn(1).values.slice(2).map(String) ?? []
    expect(values.map((text) => text.length)).toEqual([32_767, 32_766, 2])
  })

  it('take text that begins like a formula for text · GEN-6', () => {
    for (const text of ['=1', '+1', '-1', '@a', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠a', '\u202e=1', '\ufeff\u200b+1', '\u0001@a']) expect(harmless(text)).toBe(`'${text}`)
    for (const text of ['a=1', '1-1', '张三', '', ' =1', '\u202e张三', 'x003D_', '_x3D_']) expect(harmless(text)).toBe(text)
  })

  it('show signs that are spelled out as they were typed · GEN-6', () => {
    expect(harmless('_x003D_HYPERLINK("http://a.cn")')).toBe('_x005F_x003D_HYPERLINK("http://a.cn")')
    expect(harmless('甲_x0041_x0042_')).toBe('甲_x005F_x0041_x005F_x0042_')
  })

  it('end with the error of their rows, and when nobody takes them any more', async () => {
    const broken = new PassThrough()
    broken.resume()
    await expect(writeSheets(broken, 'Asia/Shanghai', [sheetOf('坏', [{ title: '号', value: (n: number) => n }], (async function* () {
      yield 1
      throw new Error('the database is away')
    })())])).rejects.toThrow('the database is away')
    expect(broken.destroyed).toBe(true)

    const left = new PassThrough()
    left.resume()
    await expect(writeSheets(left, 'Asia/Shanghai', [sheetOf('走', [{ title: '号', value: (n: number) => n }], (async function* () {
      for (let n = 0; ; n++) {
        if (n === 10) left.destroy()
        yield n
      }
    })())])).rejects.toThrow()
  })
})

import ExcelJS from 'exceljs'
import type { Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { cut } from './text.ts'

/** The media type of what `writeSheets` writes. */
export const SHEET_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** What a cell can hold. `{ at }` is a moment in epoch milliseconds, shown in the corp's zone. */
export type Cell = string | number | null | { at: number | null }

/** One column of a sheet: its heading, its width in characters, and what it shows of a row. */
export interface Column<Row> { title: string; width?: number; value(row: Row): Cell }

/** A sheet ready to be written; made by `sheetOf`. */
export interface Sheet { name: string; columns: readonly { title: string; width?: number }[]; lines: AsyncIterable<readonly Cell[]> }

/** Excel's own limits: rows of a sheet (the heading is one of them), characters of a cell. */
const SHEET_ROWS = 1_048_576
const CELL_CHARACTERS = 32_767
/** After so many rows (about 10 ms) other work of the process gets its turn. */
const ROWS_AT_A_STRETCH = 200

/** Describes a sheet by its columns and the rows that fill it, which are read as they are written. */
export function sheetOf<Row>(name: string, columns: readonly Column<Row>[], rows: AsyncIterable<Row> | Iterable<Row>): Sheet {
  return {
    name, columns,
    lines: (async function* () {
      for await (const row of rows) yield columns.map((column) => column.value(row))
    })(),
  }
}

/**
 * Writes an Excel file into a stream, row by row, and ends the stream: memory doesn't grow with the number of rows.
 * What people typed can't act as a formula (GEN-6). More rows than a sheet holds go on in another sheet.
 * @param zone whose clock the moments show
 * @throws what the rows throw, or what the stream broke with; then the file is not whole
 */
export async function writeSheets(out: Writable, zone: string, sheets: readonly Sheet[], options: { sheetRows?: number } = {}): Promise<void> {
  const broken = new Promise<never>((_done, fail) => {
    out.once('error', fail)
    out.once('close', () => fail(new Error('the stream was closed before the sheets were written')))
  })
  broken.catch(() => undefined)
  const workbook = new ExcelJS.stream.xlsx.WorkbookWriter({ stream: out, useStyles: true, useSharedStrings: false })
  try {
    const show = momentsIn(zone)
    for (const sheet of sheets) await writeSheet(workbook, sheet, show, options.sheetRows ?? SHEET_ROWS, out)
    await Promise.race([workbook.commit(), broken])
  } catch (error) {
    out.destroy()
    throw error
  }
}

async function writeSheet(workbook: ExcelJS.stream.xlsx.WorkbookWriter, sheet: Sheet, show: (at: number) => Date, sheetRows: number, out: Writable): Promise<void> {
  const begin = (part: number) => {
    const made = workbook.addWorksheet(part === 1 ? sheet.name : `${sheet.name} ${part}`, { views: [{ state: 'frozen', ySplit: 1 }] })
    made.columns = sheet.columns.map(({ width }) => ({ width: width ?? 16 }))
    const heading = made.addRow(sheet.columns.map(({ title }) => title))
    heading.font = { bold: true }
    heading.commit()
    return made
  }
  let part = 1
  let worksheet = begin(part)
  let rows = 1
  for await (const line of sheet.lines) {
    if (out.destroyed) throw new Error('nobody takes the sheets any more')
    if (rows === sheetRows) {
      worksheet.commit()
      worksheet = begin(++part)
      rows = 1
    }
    const row = worksheet.addRow(line.map((cell) => written(cell, show)))
    line.forEach((cell, i) => {
      if (typeof cell === 'object' && cell !== null) row.getCell(i + 1).numFmt = 'yyyy-mm-dd hh:mm:ss'
    })
    row.commit()
    rows++
    if (rows % ROWS_AT_A_STRETCH === 0) await nextTurn()
  }
  worksheet.commit()
}

function written(cell: Cell, show: (at: number) => Date): string | number | Date | null {
  if (typeof cell === 'string') return harmless(cell)
  if (typeof cell === 'object' && cell !== null) return cell.at === null ? null : show(cell.at)
  return cell
}

/** What spreadsheets take for a formula, also when nothing but unseen signs stand before it; in Chinese and Japanese ones the wide signs as well. */
const FORMULA = /^[\p{Cf}\p{Cc}]*[=+\-@＝＋－＠]|^[\t\r\n]/u
/** Excel reads this as the sign with that number: `_x003D_` would be an equals sign. */
const SPELLED_SIGN = /_(?=x[0-9a-f]{4}_)/gi

/**
 * Text that a spreadsheet takes for text, as it is: what begins like a formula gets an apostrophe before it, also for whoever
 * saves the sheet as CSV and opens that (GEN-6).
 */
export function harmless(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return cut(safe.replace(SPELLED_SIGN, '_x005F_'), CELL_CHARACTERS)
}

/** Excel's times know no zone: they are the corp's clock, written as if it were UTC. */
function momentsIn(zone: string): (at: number) => Date {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' })
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    return new Date(Date.UTC(year, month - 1, day) + ((hour * 60 + minute) * 60 + second) * 1000)
  }
}

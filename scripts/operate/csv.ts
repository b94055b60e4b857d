/** CSV for spreadsheets: UTF-8 with a byte order mark, written as its rows come. */
import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify'

export { guarded, majorUnits } from '../../shared/contracts/csv-cells.ts'

/** To the file, or without one to stdout. A file has its name when it is whole. */
export async function writeCsv(rows: AsyncIterable<readonly string[]>, out: string | undefined): Promise<void> {
  const csv = stringify({ bom: true, record_delimiter: 'windows' })
  if (out === undefined) return pipeline(Readable.from(rows), csv, process.stdout, { end: false })
  const unfinished = `${out}.part`
  mkdirSync(dirname(out), { recursive: true })
  try {
    await pipeline(Readable.from(rows), csv, createWriteStream(unfinished))
    renameSync(unfinished, out)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}

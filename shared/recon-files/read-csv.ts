/** Rows of a CSV file, each with its line. */
import { pipeline, Readable } from 'node:stream'
import { CsvError, type Info, parse } from 'csv-parse'
import { ReconFileError } from '../reconciliation/ports.ts'

export interface CsvRow {
  /** On which it ends, from 1. */
  line: number
  cells: readonly string[]
}

/** A quote that never ends would take the whole file into memory. */
const ROW_CHARACTERS_MAX = 16_384

const OPTIONS = {
  info: true,
  relax_column_count: true,
  skip_empty_lines: true,
  record_delimiter: ['\n', '\r\n'],
  max_record_size: ROW_CHARACTERS_MAX,
}

/** In the order of the file; empty lines are left out. Throws ReconFileError, or what reading the texts throws. */
export async function* csvRows(texts: AsyncIterable<string>): AsyncGenerator<CsvRow, void, void> {
  const rows = parse(OPTIONS)
  // Its error is thrown by the loop.
  pipeline(Readable.from(texts), rows, () => undefined)
  try {
    for await (const { record, info } of rows as AsyncIterable<{ record: string[]; info: Info }>)
      yield { line: info.lines, cells: record }
  } catch (error) {
    throw error instanceof CsvError ? fileErrorOf(error) : error
  }
}

function fileErrorOf(error: CsvError): ReconFileError {
  const line = `line ${(error as { lines?: number }).lines ?? 1}`
  switch (error.code) {
    case 'CSV_MAX_RECORD_SIZE':
      return new ReconFileError(
        `${line}: a row has more than ${ROW_CHARACTERS_MAX} characters: look for a quote that is not closed`,
      )
    case 'CSV_QUOTE_NOT_CLOSED':
      return new ReconFileError(`${line}: a quote is not closed: the file is cut off, or close it`)
    default:
      return new ReconFileError(`${line}: is no CSV: write a quote within a field twice, and quote the whole field`)
  }
}

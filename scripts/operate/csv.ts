/** CSV for spreadsheets: UTF-8 with a byte order mark, written as its rows come. */
import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify'
import { currencyExponent } from '../../shared/contracts/currency.ts'

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

/** A spreadsheet would run what begins like a formula. Amounts are not guarded: they are numbers, also with their minus. */
export const guarded = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)

/** In the currency's own unit, with all its decimals: −1999 minor units of USD are -19.99. */
export function majorUnits(amountMinor: bigint, currency: string): string {
  const decimals = currencyExponent(currency)
  if (decimals === undefined) throw new Error(`${currency} is no currency`)
  const digits = String(amountMinor < 0n ? -amountMinor : amountMinor).padStart(decimals + 1, '0')
  const sign = amountMinor < 0n ? '-' : ''
  return sign + (decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`)
}

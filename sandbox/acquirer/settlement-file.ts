/** A batch as a file: CSV in UTF-8, the same bytes each time. Its columns are in shared/contracts/acquirer.ts. */
import { createHash } from 'node:crypto'
import { settlementColumns } from '../../shared/contracts/acquirer.ts'
import { currencyExponent } from '../../shared/contracts/currency.ts'
import { decimalOf } from '../service/decimals.ts'
import type { SettlementLine } from './settlement-rules.ts'

export interface BatchOfFile {
  batch: string
  day: string
  currency: string
  lines: readonly SettlementLine[]
}

export const settlementFileOf = (batch: BatchOfFile): string => [...rowsOf(batch)].join('')

/** SHA-256 of its bytes, in hexadecimal. */
export function settlementHashOf(batch: BatchOfFile): string {
  const hash = createHash('sha256')
  for (const row of rowsOf(batch)) hash.update(row)
  return hash.digest('hex')
}

type Row = Record<(typeof settlementColumns)[number], string>

function* rowsOf({ batch, day, currency, lines }: BatchOfFile): Generator<string> {
  const rowOf = (line: number, kind: string, of: Omit<SettlementLine, 'kind'>): string => {
    const decimal = (minor: bigint) => decimalOf(minor, currencyExponent(currency)!)
    const row: Row = {
      ...{ line: String(line), kind, reference: of.reference, sold_on: of.soldOn, currency },
      ...{ amount: decimal(of.amountMinor), fee: decimal(of.feeMinor), vat: decimal(of.vatMinor) },
      net: decimal(of.netMinor),
    }
    return csvRow(settlementColumns.map(column => row[column]))
  }
  yield csvRow(settlementColumns)
  for (const [index, line] of lines.entries()) yield rowOf(index + 1, line.kind, line)
  yield rowOf(lines.length, 'total', { reference: batch, soldOn: day, ...sumsOf(lines) })
}

function sumsOf(lines: readonly SettlementLine[]) {
  const sumOf = (part: 'amountMinor' | 'feeMinor' | 'vatMinor' | 'netMinor') =>
    lines.reduce((sum, line) => sum + line[part], 0n)
  return {
    amountMinor: sumOf('amountMinor'),
    feeMinor: sumOf('feeMinor'),
    vatMinor: sumOf('vatMinor'),
    netMinor: sumOf('netMinor'),
  }
}

const csvRow = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\n`

export const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

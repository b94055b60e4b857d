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

type Row = Record<(typeof settlementColumns)[number], string>

export function settlementFileOf({ batch, day, currency, lines }: BatchOfFile): string {
  const rowOf = (line: number, kind: string, of: Omit<SettlementLine, 'kind'>): Row => {
    const decimal = (minor: bigint) => decimalOf(minor, currencyExponent(currency)!)
    return {
      ...{ line: String(line), kind, reference: of.reference, sold_on: of.soldOn, currency },
      ...{ amount: decimal(of.amountMinor), fee: decimal(of.feeMinor), vat: decimal(of.vatMinor) },
      net: decimal(of.netMinor),
    }
  }
  const rows = lines.map((line, index) => rowOf(index + 1, line.kind, line))
  const total = rowOf(lines.length, 'total', { reference: batch, soldOn: day, ...sumsOf(lines) })
  const texts = [...rows, total].map(row => csvRow(settlementColumns.map(column => row[column])))
  return [csvRow(settlementColumns), ...texts].join('')
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

export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')

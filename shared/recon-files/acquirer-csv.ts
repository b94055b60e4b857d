/** Reads a settlement file of the acquirer. Its columns are in shared/contracts/acquirer.ts, its rules in docs/acquirer.md. */
import { type SettlementLineKind, settlementColumns, settlementLineKinds } from '../contracts/acquirer.ts'
import { type ReadContext, type ReadFile, type ReadLine, ReconFileError } from '../reconciliation/ports.ts'
import {
  atLine,
  contentHashOf,
  dayOf,
  decimalOf,
  exponentOf,
  minorOf,
  nameOf,
  shown,
  sumMinorOf,
  sumOf,
} from './amounts.ts'
import { utf8OrKoreanText } from './decode-text.ts'
import { csvRows } from './read-csv.ts'

type Column = (typeof settlementColumns)[number]
type Row = Readonly<Record<Column, string>>
type Sums = Record<(typeof amountColumns)[number], bigint>

const TOTAL = 'total'
const amountColumns = ['amount', 'fee', 'vat', 'net'] as const

/** What the name of a file says. */
interface NamedBatch {
  batch: string
  day: string
  currency: string
  revision: number
  dueOn: string | null
}

export async function* readAcquirerCsv(
  bytes: AsyncIterable<Uint8Array>,
  context: ReadContext,
): AsyncGenerator<ReadLine, ReadFile, void> {
  const named = namedBatch(context)
  const sums: Sums = { amount: 0n, fee: 0n, vat: 0n, net: 0n }
  let [count, hasHeader, hasTotal, last] = [0, false, false, 1]
  for await (const { line, cells } of csvRows(utf8OrKoreanText(bytes))) {
    last = line
    if (!hasHeader) {
      atLine(line, () => checkHeader(cells))
      hasHeader = true
      continue
    }
    const read = atLine(line, () => {
      if (hasTotal) throw new ReconFileError('a row comes after the total: the total must be the last row')
      const row = rowOf(cells)
      if (row.kind !== TOTAL) return readLine(row, count + 1, named)
      checkTotal(row, { count, sums }, named)
      return undefined
    })
    hasTotal = read === undefined
    if (read === undefined) continue
    count++
    addTo(sums, read)
    yield read
  }
  if (!hasTotal) throw new ReconFileError(`line ${last}: the file has no total row, it is cut off: fetch it again`)
  const { batch: externalId, currency, ...rest } = named
  const total = { currency, lineCount: count, netMinor: sumOf(sums.net, currency) }
  return {
    externalId,
    revision: rest.revision,
    day: rest.day,
    dueOn: rest.dueOn,
    totals: [{ ...total, ...NO_BALANCE }],
  }
}

const NO_BALANCE = { openingMinor: null, closingMinor: null }

const REVISION_MAX = 9_999

function namedBatch({ name, dueOn }: ReadContext): NamedBatch {
  const [, batch, year, month, date, currency, number] =
    /^([A-Za-z0-9._-]{1,40}-(\d{4})(\d{2})(\d{2})-([A-Z]{3}))-r(\d{1,4})\.csv$/.exec(name) ?? []
  const revision = Number(number)
  if (batch === undefined || revision < 1 || revision > REVISION_MAX)
    throw new ReconFileError(
      `the file is called ${shown(name)}: it must be called as its batch and revision, such as ACQ-20261127-KRW-r1.csv`,
    )
  exponentOf(currency!)
  const day = dayOf(`${year}-${month}-${date}`)
  return { batch, day, currency: currency!, revision, dueOn: dueOn(day) }
}

/** Columns of the acquirer's own may follow; they are not read. */
function checkHeader(cells: readonly string[]): void {
  const isRight = settlementColumns.every((column, place) => cells[place]?.trim() === column)
  if (!isRight)
    throw new ReconFileError(`the header must be ${settlementColumns.join(',')}: this is no settlement file`)
}

function rowOf(cells: readonly string[]): Row {
  const count = settlementColumns.length
  if (cells.length < count)
    throw new ReconFileError(`the row has ${cells.length} fields of ${count}: it is cut off, or a comma is missing`)
  return Object.fromEntries(settlementColumns.map((column, place) => [column, cells[place]!])) as Row
}

function readLine(row: Row, number: number, { batch, day, currency, dueOn }: NamedBatch): ReadLine {
  const kind = kindOf(row)
  if (row.line !== String(number))
    throw new ReconFileError(
      `the line is numbered ${shown(row.line)}, and ${number} comes next: a line is missing or moved`,
    )
  checkCurrency(row, currency)
  const soldOn = dayOf(row.sold_on)
  const matchKey = nameOf(row.reference, kind === 'carry' ? 'batch' : 'operation')
  const { amount: amountMinor, fee: feeMinor, vat: vatMinor, net: netMinor } = amountsOf(row)
  checkSign(kind, amountMinor, row)
  return {
    ...{ lineKey: `${batch}:${number}`, matchKey, kind, amountMinor, feeMinor, vatMinor, netMinor, currency },
    contentHash: contentHashOf([kind, matchKey, soldOn, currency, amountMinor, feeMinor, vatMinor, netMinor]),
    ...{ batchRef: batch, bookedOn: day, valueOn: dueOn, partyAccount: null, remittance: null },
  }
}

function kindOf({ kind }: Row): SettlementLineKind {
  const found = settlementLineKinds.find(known => known === kind)
  if (found === undefined)
    throw new ReconFileError(
      `the kind ${shown(kind)} is not known: it must be ${settlementLineKinds.join(', ')} or ${TOTAL}`,
    )
  return found
}

function checkCurrency(row: Row, currency: string): void {
  if (row.currency !== currency)
    throw new ReconFileError(
      `the currency is ${shown(row.currency)}, and the batch is in ${currency}: a batch has one currency`,
    )
}

function amountsOf(row: Row): Record<(typeof amountColumns)[number], number> {
  const minor = (column: (typeof amountColumns)[number]) => minorOf(row[column], row.currency, { exact: true })
  const amounts = { amount: minor('amount'), fee: minor('fee'), vat: minor('vat'), net: minor('net') }
  if (amounts.net !== amounts.amount - amounts.fee - amounts.vat)
    throw new ReconFileError(`the net ${row.net} is not ${row.amount} − ${row.fee} − ${row.vat}: correct the row`)
  return amounts
}

/** A carry has either sign: it is what another batch came to. */
const signs: Record<SettlementLineKind, { isRight(amountMinor: number): boolean; rule: string }> = {
  capture: { isRight: amountMinor => amountMinor >= 0, rule: 'refunds are negative, captures are not' },
  refund: { isRight: amountMinor => amountMinor <= 0, rule: 'refunds are negative, captures are not' },
  carry: { isRight: () => true, rule: '' },
  chargeback: { isRight: amountMinor => amountMinor < 0, rule: 'what a card holder takes back is negative' },
  chargeback_won: { isRight: amountMinor => amountMinor > 0, rule: 'what we have again is positive' },
}

function checkSign(kind: SettlementLineKind, amountMinor: number, row: Row): void {
  const { isRight, rule } = signs[kind]
  if (!isRight(amountMinor)) throw new ReconFileError(`a ${kind} of ${row.amount} has the wrong sign: ${rule}`)
}

function addTo(sums: Sums, line: ReadLine): void {
  sums.amount += BigInt(line.amountMinor)
  sums.fee += BigInt(line.feeMinor)
  sums.vat += BigInt(line.vatMinor)
  sums.net += BigInt(line.netMinor)
}

function checkTotal(
  row: Row,
  { count, sums }: { count: number; sums: Sums },
  { batch, day, currency }: NamedBatch,
): void {
  checkCurrency(row, currency)
  const declared = [
    ['line', row.line, String(count), 'lines are there'],
    ['reference', row.reference, batch, 'is the name of the file'],
    ['sold_on', row.sold_on, day, 'is the day in the name of the file'],
  ] as const
  for (const [column, said, found, what] of declared)
    if (said !== found)
      throw new ReconFileError(`${column} of the total is ${shown(said)}, but ${found} ${what}: fetch the file again`)
  for (const column of amountColumns) checkSum(column, row, sums)
}

function checkSum(column: (typeof amountColumns)[number], row: Row, sums: Sums): void {
  const said = sumMinorOf(row[column], row.currency, { exact: true })
  if (said !== sums[column])
    throw new ReconFileError(
      `${column} of the total is ${row[column]}, but the lines sum to ${decimalOf(sums[column], row.currency)}: a line is missing, or the file was changed`,
    )
}

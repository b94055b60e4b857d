/** Reads settlements of Toss Payments: the array that its API answers for one day of payment. */
import { type TossSettlement, tossSettlement } from '../contracts/toss.ts'
import { type ReadContext, type ReadFile, type ReadLine, ReconFileError } from '../reconciliation/ports.ts'
import { atLine, contentHashOf, dayOf, exponentOf, minorOf, nameOf, sumOf } from './amounts.ts'
import { utf8Text } from './decode-text.ts'
import { jsonElements } from './json-elements.ts'

/** What all settlements of a file have in common. */
interface Whole {
  merchant: string
  paidOn: string
}

export async function* readTossJson(
  bytes: AsyncIterable<Uint8Array>,
  context: ReadContext,
): AsyncGenerator<ReadLine, ReadFile, void> {
  const revision = revisionIn(context.name)
  const sums = new Map<string, { count: number; netMinor: bigint }>()
  let whole: Whole | undefined
  for await (const { line, value } of jsonElements(utf8Text(bytes))) {
    const read = atLine(line, () => {
      const settlement = settlementIn(value)
      whole = wholeOf(settlement, whole)
      return readLine(settlement)
    })
    const sum = sums.get(read.currency) ?? { count: 0, netMinor: 0n }
    sums.set(read.currency, { count: sum.count + 1, netMinor: sum.netMinor + BigInt(read.netMinor) })
    yield read
  }
  if (whole === undefined) throw new ReconFileError('the file has no settlements: there is nothing to import')
  const totals = [...sums].map(([currency, { count: lineCount, netMinor }]) => ({
    ...{ currency, lineCount, netMinor: sumOf(netMinor, currency), openingMinor: null, closingMinor: null },
  }))
  const { paidOn: day } = whole
  return { externalId: `TOSS-${compact(day)}`, revision, day, dueOn: day, totals }
}

/** A file of a day that is fetched again is called `…-r2.json`. */
function revisionIn(name: string): number {
  const [, number] = /-r(\d{1,4})\.json$/.exec(name) ?? []
  return number === undefined ? 1 : Math.max(1, Number(number))
}

const compact = (day: string): string => day.replaceAll('-', '')

function settlementIn(value: unknown): TossSettlement {
  const parsed = tossSettlement.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ReconFileError(
    `${issue!.path.join('.')} is not as in a settlement of Toss (${issue!.message}): fetch the file again`,
  )
}

/** Its batch is its day of payment: files of several days, or merchants, would be several batches each. */
function wholeOf({ mId: merchant, paidOutDate }: TossSettlement, whole: Whole | undefined): Whole {
  const paidOn = dayOf(paidOutDate)
  if (whole === undefined) return { merchant, paidOn }
  if (whole.merchant !== merchant)
    throw new ReconFileError('mId is another than before: import the settlements of each merchant by themselves')
  if (whole.paidOn !== paidOn)
    throw new ReconFileError(
      `paidOutDate is ${paidOn}, and ${whole.paidOn} before: fetch each day of payment by itself`,
    )
  return whole
}

function readLine(settlement: TossSettlement): ReadLine {
  const { currency, orderId, paymentKey, approvedAt, soldDate, paidOutDate, method = null } = settlement
  exponentOf(currency)
  const transactionKey = nameOf(settlement.transactionKey, 'transactionKey')
  const amounts = amountsOf(settlement)
  const { amountMinor, feeMinor, vatMinor, netMinor } = amounts
  const kind = kindOf(settlement)
  return {
    ...{ lineKey: transactionKey, matchKey: transactionKey, kind, amountMinor, feeMinor, vatMinor, netMinor, currency },
    contentHash: contentHashOf([
      ...[kind, transactionKey, paymentKey, orderId, currency, method, amountMinor, feeMinor, vatMinor, netMinor],
      ...[approvedAt, dayOf(soldDate), paidOutDate],
    ]),
    batchRef: `TOSS-${compact(paidOutDate)}-${currency}`,
    ...{ bookedOn: paidOutDate, valueOn: paidOutDate, partyAccount: null, remittance: null },
  }
}

function amountsOf(settlement: TossSettlement) {
  const minor = (part: 'amount' | 'supplyAmount' | 'vat' | 'payOutAmount') =>
    minorOf(String(settlement[part]), settlement.currency)
  const [amountMinor, feeMinor, vatMinor, netMinor] = [
    minor('amount'),
    minor('supplyAmount'),
    minor('vat'),
    minor('payOutAmount'),
  ]
  checkFees(settlement, feeMinor + vatMinor)
  if (netMinor !== amountMinor - feeMinor - vatMinor)
    throw new ReconFileError(
      `payOutAmount ${settlement.payOutAmount} is not amount − fee: ask Toss which of them is right`,
    )
  return { amountMinor, feeMinor, vatMinor, netMinor }
}

/** The whole fee, with VAT, as it is said: in one amount, by type, or both. */
function checkFees({ fee, fees, currency }: TossSettlement, withVatMinor: number): void {
  if (fee == null && fees == null) throw new ReconFileError('fee and fees are missing: fetch the file again')
  const differs = (what: string) =>
    new ReconFileError(`${what} is not supplyAmount + vat: ask Toss which of them is right`)
  if (fee != null && minorOf(String(fee), currency) !== withVatMinor) throw differs(`fee ${fee}`)
  if (fees == null) return
  const sumMinor = fees.reduce((sum, each) => sum + minorOf(String(each.fee), currency), 0)
  if (sumMinor !== withVatMinor) throw differs(`the sum of fees, ${fees.map(each => each.fee).join(' + ')},`)
}

/** A settlement without `cancel` is of a payment. */
function kindOf({ amount, transactionKey, cancel }: TossSettlement): 'capture' | 'refund' {
  if (!cancel && amount < 0)
    throw new ReconFileError(`a payment of ${amount} has the wrong sign: only what has cancel is negative`)
  if (!cancel) return 'capture'
  if (amount >= 0) throw new ReconFileError(`a cancellation of ${amount} has the wrong sign: it must be negative`)
  if ((cancel.transactionKey ?? transactionKey) !== transactionKey)
    throw new ReconFileError('transactionKey and that of cancel differ: ask Toss which of them is right')
  return 'refund'
}

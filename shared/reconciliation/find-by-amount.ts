/** What a line without a reference may be for: by its amount, and by the days on which that was due. */
import { addBusinessDays, addDays, type BusinessCalendar } from '../domain/business-days.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Calendars } from '../settlement/ports.ts'
import { type FoundSubject, leftOf } from './decide-bank-line.ts'
import type { AcquirerBatch, AcquirerBatches, AwaitedPayout, BankPayouts, ReconLine, ReconSource } from './ports.ts'

export interface FindPorts {
  acquirerBatches: Pick<AcquirerBatches, 'withLeft'>
  bankPayouts: Pick<BankPayouts, 'withAmounts'>
}

/** What banks write where there is no reference. */
const NO_REFERENCE = 'NOTPROVIDED'
/** Of one look. When there are more, nothing is found for sure. */
const CANDIDATES_MAX = 5_000
/** No calendar closes so many days in a row. */
const DAYS_BACK_MAX = 60

export const hasNoReference = ({ matchKey, kind }: Pick<ReconLine, 'matchKey' | 'kind'>): boolean =>
  (matchKey === '' || matchKey === NO_REFERENCE) && (kind === 'credit' || kind === 'debit')

/**
 * For each of these lines without a reference, by its number, the only batch or payout that has exactly its amount and was due in time.
 * Lines of the same amount are left out: which is for which would be a guess.
 */
export async function findByAmount(
  ports: FindPorts & { calendars: Calendars },
  tx: Transaction,
  source: ReconSource,
  lines: readonly ReconLine[],
): Promise<Map<number, FoundSubject>> {
  if (lines.length === 0) return new Map()
  const candidates = await candidatesOf(ports, lines, CANDIDATES_MAX, tx)
  if (candidates.batches.length === CANDIDATES_MAX || candidates.payouts.length === CANDIDATES_MAX) return new Map()
  const calendar = await ports.calendars.calendar(source.calendar, tx)
  const found = lines
    .filter(line => lines.filter(isLike(line)).length === 1)
    .map(line => [line.lineNo, onlyOne(subjectsOf(line, candidates, windowOf(line, source, calendar)))] as const)
  return new Map(found.filter((each): each is [number, FoundSubject] => each[1] !== undefined))
}

const isLike =
  (line: ReconLine) =>
  ({ amountMinor, currency }: ReconLine): boolean =>
    amountMinor === line.amountMinor && currency === line.currency

interface Candidates {
  batches: AcquirerBatch[]
  payouts: AwaitedPayout[]
}

/** Of all amounts in one look each. */
async function candidatesOf(
  ports: FindPorts,
  lines: readonly Pick<ReconLine, 'amountMinor'>[],
  limit: number,
  tx?: Transaction,
): Promise<Candidates> {
  const amounts = lines.map(({ amountMinor }) => amountMinor)
  return {
    batches: await ports.acquirerBatches.withLeft({ amountsMinor: amounts.filter(minor => minor > 0), limit }, tx),
    payouts: await ports.bankPayouts.withAmounts(
      { amountsMinor: amounts.filter(minor => minor < 0).map(minor => -minor), limit },
      tx,
    ),
  }
}

/** Days of which both are in it. Undefined: the calendar does not say. */
type Window = { from: string; to: string } | undefined

/** What was due on these days may be paid on the day of the line. */
function windowOf({ bookedOn }: ReconLine, { earlyDays, slaDays }: ReconSource, calendar: BusinessCalendar): Window {
  const to = earlyDays === 0 ? bookedOn : addBusinessDays(calendar, bookedOn, earlyDays)
  const from = firstDueOn(calendar, bookedOn, slaDays)
  return to === undefined || from === undefined ? undefined : { from, to }
}

function firstDueOn(calendar: BusinessCalendar, day: string, slaDays: number): string | undefined {
  for (let back = 1; back <= DAYS_BACK_MAX; back++) {
    const last = addBusinessDays(calendar, addDays(day, -back), slaDays)
    if (last === undefined) return undefined
    if (last < day) return addDays(day, 1 - back)
  }
  return undefined
}

function subjectsOf(line: ReconLine, { batches, payouts }: Candidates, window: Window): FoundSubject[] {
  if (window === undefined) return []
  const isDue = (day: string | null) => day !== null && day >= window.from && day <= window.to
  return [
    ...batches
      .filter(batch => batch.currency === line.currency && leftOf(batch) === line.amountMinor && isDue(batch.dueOn))
      .map(batch => ({ batch })),
    ...payouts
      .filter(({ currency, amountMinor }) => currency === line.currency && amountMinor === -line.amountMinor)
      .filter(({ executeOn }) => isDue(executeOn))
      .map(({ payoutId }) => ({ payoutId })),
  ]
}

const onlyOne = <T>(all: readonly T[]): T | undefined => (all.length === 1 ? all[0] : undefined)

/** What somebody may look at who asks what a line is for. */
export interface Suggestion {
  kind: 'batch' | 'payout'
  /** The reference of the batch, or the payout. */
  subject: string
  amountMinor: number
  dueOn: string | null
}

const SUGGESTIONS_MAX = 10

/** What has exactly the amount of the line left, whenever it was due; what was due next to its day first, at most ten. */
export async function suggestionsFor(ports: FindPorts, line: LineToExplain): Promise<Suggestion[]> {
  return suggested(line, await candidatesOf(ports, [line], CANDIDATES_MAX))
}

export type LineToExplain = Pick<ReconLine, 'amountMinor' | 'currency' | 'bookedOn'>

/** As `suggestionsFor`, for several lines in one look each. In their order. */
export async function suggestionsForAll(
  ports: FindPorts,
  tx: Transaction,
  lines: readonly LineToExplain[],
): Promise<Suggestion[][]> {
  if (lines.length === 0) return []
  const candidates = await candidatesOf(ports, lines, CANDIDATES_MAX, tx)
  return lines.map(line => suggested(line, candidates))
}

function suggested(line: LineToExplain, { batches, payouts }: Candidates): Suggestion[] {
  const fromBatches = batches
    .filter(batch => batch.currency === line.currency && leftOf(batch) === line.amountMinor)
    .map(
      (batch): Suggestion => ({
        kind: 'batch',
        subject: batch.batchRef,
        amountMinor: leftOf(batch),
        dueOn: batch.dueOn,
      }),
    )
  const fromPayouts = payouts
    .filter(payout => payout.currency === line.currency && payout.amountMinor === -line.amountMinor)
    .map(
      ({ payoutId: subject, amountMinor, executeOn: dueOn }): Suggestion => ({
        ...{ kind: 'payout', subject, amountMinor, dueOn },
      }),
    )
  const farMs = ({ dueOn }: Suggestion) =>
    dueOn === null ? Number.POSITIVE_INFINITY : Math.abs(Date.parse(dueOn) - Date.parse(line.bookedOn))
  return [...fromBatches, ...fromPayouts].sort((one, other) => farMs(one) - farMs(other)).slice(0, SUGGESTIONS_MAX)
}

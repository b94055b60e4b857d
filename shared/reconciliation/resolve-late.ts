/** Resolves breaks of an acquirer's lines whose counterpart has come since: an expectation, or the batch that a line takes from. */
import { openBreakStates } from '../contracts/lists.ts'
import { CASH_IN_TRANSIT } from '../domain/recon-ledger.ts'
import type { Clock, SeparateTransactions, Transaction } from '../payments/ports.ts'
import type { Calendars } from '../settlement/ports.ts'
import { type ActPorts, actOnBreak, SYSTEM } from './act-on-breaks.ts'
import { carryBatch, lockCarried } from './carry-batch.ts'
import { leftOf } from './decide-bank-line.ts'
import type {
  AcquirerBatch,
  ExpectedLine,
  LateLine,
  LateLines,
  LatePlace,
  Matching,
  ReconBreak,
  ReconSource,
  ReconSources,
} from './ports.ts'
import { resolveMissing } from './resolve-missing.ts'

export interface ResolveLatePorts extends ActPorts {
  transactions: SeparateTransactions
  reconSources: ReconSources
  lateLines: LateLines
  matching: Matching
  calendars: Calendars
  clock: Clock
}

/** Breaks of one look, and so of one transaction. */
const PAGE_BREAKS = 200
/** Looks for what could be resolved, of one count. */
const COUNTED_PAGES_MAX = 20

type OpenPlace = Omit<LatePlace, 'afterBreakId'>

/** Begins nothing after `deadlineMs` (epoch, real time). Returns how many breaks it acted on. */
export async function resolveLate(ports: ResolveLatePorts, deadlineMs: number): Promise<number> {
  let count = 0
  for (const place of await placesOf(ports))
    for await (const late of pagesOf(ports, place, Number.POSITIVE_INFINITY)) {
      if (ports.clock.nowMs() >= deadlineMs) return count
      if (late.length > 0) count += await resolvePage(ports, place, late)
    }
  return count
}

/** How many could be resolved now, as far as a few looks go. */
export async function countLate(ports: Pick<ResolveLatePorts, 'reconSources' | 'lateLines'>): Promise<number> {
  let count = 0
  for (const place of await placesOf(ports))
    for await (const late of pagesOf(ports, place, COUNTED_PAGES_MAX)) count += late.length
  return count
}

async function placesOf({ reconSources }: Pick<ResolveLatePorts, 'reconSources'>): Promise<OpenPlace[]> {
  const acquirers = (await reconSources.list()).filter(({ kind }) => kind === 'acquirer')
  return acquirers.flatMap(({ sourceId }) =>
    openBreakStates.flatMap(state =>
      (['MISSING_HERE', 'STATUS'] as const).map(name => ({ sourceId, state, class: name })),
    ),
  )
}

/** What of each page of breaks can be resolved. */
async function* pagesOf(
  { lateLines }: Pick<ResolveLatePorts, 'lateLines'>,
  place: OpenPlace,
  pagesMax: number,
): AsyncGenerator<LateLine[], void, void> {
  let afterBreakId = ''
  for (let pages = 0; pages < pagesMax; pages++) {
    const page = await lateLines.list({ ...place, afterBreakId }, PAGE_BREAKS)
    yield page.filter(late => late.expectation !== undefined || isFor(late, late.batch))
    if (page.length < PAGE_BREAKS) return
    afterBreakId = page.at(-1)!.breakId
  }
}

/** A batch that is not there yet, or has something else left, does not fit; nor does a line of which a person has resolved a part. */
function isFor(
  { line: { netMinor }, remainingMinor }: Pick<LateLine, 'line' | 'remainingMinor'>,
  batch: AcquirerBatch | undefined,
): batch is AcquirerBatch {
  return batch !== undefined && netMinor < 0 && leftOf(batch) === netMinor && remainingMinor === -netMinor
}

/** Under the lock of the source: who matches its lines waits. */
const resolvePage = (ports: ResolveLatePorts, { sourceId }: OpenPlace, page: readonly LateLine[]): Promise<number> =>
  ports.transactions.run(sourceId, async tx => {
    const source = await ports.reconSources.lock(tx, sourceId)
    let done = 0
    for (const late of page) if (await resolve(ports, tx, source!, late)) done++
    return done
  })

async function resolve(
  ports: ResolveLatePorts,
  tx: Transaction,
  source: ReconSource,
  { breakId, line, expectation, batch }: LateLine,
): Promise<boolean> {
  const found = await ports.breaks.lock(tx, breakId)
  if (found === undefined || found.closedAtMs !== null) return false
  if (expectation !== undefined) return settleLate(ports, tx, source, { found, line, expectation })
  return batch !== undefined && carryLate(ports, tx, { found, line, batch })
}

/** What was booked as unexpected is closed by what was expected; what differs stays. */
async function settleLate(
  ports: ResolveLatePorts,
  tx: Transaction,
  source: ReconSource,
  { found, line, expectation }: { found: ReconBreak; line: LateLine['line']; expectation: ExpectedLine },
): Promise<boolean> {
  const { amountMinor, feeMinor, vatMinor, expectationId, state } = expectation
  // Who gives it up has locked its break.
  if (state === 'OVERDUE') await ports.matching.lockMissing(tx, [expectationId])
  if (!(await ports.lateLines.settle(tx, line, expectation))) return false
  await actOnBreak(ports, tx, found, {
    ...{ actor: SYSTEM, action: 'expected', reason: 'what was expected for its operation has come' },
    ...{ target: expectationId, amountMinor: feeMinor + vatMinor - amountMinor, closesAs: 'RESOLVED' },
    movements: [
      { type: 'expected_amount', signedMinor: amountMinor },
      { type: 'expected_fee', signedMinor: feeMinor },
      { type: 'expected_vat', signedMinor: vatMinor },
    ],
  })
  if (state === 'OVERDUE') await resolveMissing(ports, tx, source, [{ line, expectation }])
  return true
}

/** The batch is emptied, as it would have been had it been there. */
async function carryLate(
  ports: ResolveLatePorts,
  tx: Transaction,
  { found, line, batch }: { found: ReconBreak; line: LateLine['line']; batch: AcquirerBatch },
): Promise<boolean> {
  const locked = await lockCarried(ports, tx, batch)
  if (!isFor({ line, remainingMinor: found.remainingMinor }, locked)) return false
  await carryBatch(ports, tx, locked, line)
  await actOnBreak(ports, tx, found, {
    ...{ actor: SYSTEM, action: 'expected', reason: 'the batch that it comes from has come' },
    ...{ account: CASH_IN_TRANSIT, target: batch.batchRef, amountMinor: found.remainingMinor, closesAs: 'RESOLVED' },
    movements: [{ type: 'resolved', signedMinor: found.remainingMinor, account: CASH_IN_TRANSIT }],
  })
  return true
}

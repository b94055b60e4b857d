/** Resolves breaks of an acquirer's lines whose counterpart has come since: an expectation, or the batch that a line takes from. */
import { CASH_IN_TRANSIT } from '../domain/recon-ledger.ts'
import type { Clock, SeparateTransactions, Transaction } from '../payments/ports.ts'
import type { Calendars } from '../settlement/ports.ts'
import { type ActPorts, actOnBreak } from './act-on-breaks.ts'
import type {
  AcquirerBatch,
  LateCarry,
  LateLines,
  LateMatch,
  Matching,
  ReconBreak,
  ReconSource,
  ReconSources,
} from './ports.ts'
import { resolveMissing, SYSTEM } from './resolve-missing.ts'

export interface ResolveLatePorts extends ActPorts {
  transactions: SeparateTransactions
  reconSources: ReconSources
  lateLines: LateLines
  matching: Matching
  calendars: Calendars
  clock: Clock
}

/** Breaks of one transaction. */
const PAGE_BREAKS = 200
const COUNTED_MAX = 1_000

/** Begins nothing after `deadlineMs` (epoch, real time). Returns how many breaks it acted on. */
export async function resolveLate(ports: ResolveLatePorts, deadlineMs: number): Promise<number> {
  let count = 0
  for (const { sourceId, kind } of await ports.reconSources.list()) {
    if (kind !== 'acquirer') continue
    const { lateLines } = ports
    count += await inPages(ports, sourceId, deadlineMs, lateLines.listMatches.bind(lateLines), settleLate)
    count += await inPages(ports, sourceId, deadlineMs, lateLines.listCarries.bind(lateLines), carryLate)
  }
  return count
}

/** How many could be resolved now; counted up to a thousand a source. */
export async function countLate({
  reconSources,
  lateLines,
}: Pick<ResolveLatePorts, 'reconSources' | 'lateLines'>): Promise<number> {
  let count = 0
  for (const { sourceId, kind } of await reconSources.list()) {
    if (kind !== 'acquirer') continue
    count += (await lateLines.listMatches(sourceId, COUNTED_MAX)).length
    count += (await lateLines.listCarries(sourceId, COUNTED_MAX)).length
  }
  return count
}

type Step<Late> = (ports: ResolveLatePorts, tx: Transaction, source: ReconSource, late: Late) => Promise<boolean>

async function inPages<Late extends { breakId: string }>(
  ports: ResolveLatePorts,
  sourceId: string,
  deadlineMs: number,
  list: (sourceId: string, limit: number, after?: string) => Promise<Late[]>,
  step: Step<Late>,
): Promise<number> {
  let count = 0
  let after: string | undefined
  while (ports.clock.nowMs() < deadlineMs) {
    const page = await list(sourceId, PAGE_BREAKS, after)
    if (page.length === 0) break
    count += await ports.transactions.run(sourceId, async tx => {
      const source = await ports.reconSources.lock(tx, sourceId)
      let done = 0
      for (const late of page) if (await step(ports, tx, source!, late)) done++
      return done
    })
    after = page.at(-1)!.breakId
  }
  return count
}

/** What was booked as unexpected is closed by what was expected; what differs stays. */
async function settleLate(
  ports: ResolveLatePorts,
  tx: Transaction,
  source: ReconSource,
  late: LateMatch,
): Promise<boolean> {
  const { line, expectation } = late
  const { amountMinor, feeMinor, vatMinor, expectationId } = expectation
  const found = await lockOpen(ports, tx, late.breakId)
  if (found === undefined) return false
  // Who gives it up has locked its break.
  if (expectation.state === 'OVERDUE') await ports.matching.lockMissing(tx, [expectationId])
  if (!(await ports.lateLines.settle(tx, late))) return false
  await actOnBreak(ports, tx, found, {
    ...{ actor: SYSTEM, action: 'expected', reason: 'what was expected for its operation has come' },
    ...{ target: expectationId, amountMinor: feeMinor + vatMinor - amountMinor, closesAs: 'RESOLVED' },
    movements: [
      { type: 'expected_amount', signedMinor: amountMinor },
      { type: 'expected_fee', signedMinor: feeMinor },
      { type: 'expected_vat', signedMinor: vatMinor },
    ],
  })
  if (expectation.state === 'OVERDUE') await resolveMissing(ports, tx, source, [{ line, expectation }])
  return true
}

/** The batch is emptied, as it would have been had it been there. */
async function carryLate(
  ports: ResolveLatePorts,
  tx: Transaction,
  _: ReconSource,
  { breakId, line, batch }: LateCarry,
): Promise<boolean> {
  const found = await lockOpen(ports, tx, breakId)
  const locked = await ports.matching.lockBatch(tx, batch)
  // A person may have resolved a part of it.
  if (found?.remainingMinor !== -line.netMinor || locked === undefined || leftOf(locked) !== line.netMinor) return false
  await ports.matching.carryOut(tx, locked, line)
  await actOnBreak(ports, tx, found, {
    ...{ actor: SYSTEM, action: 'expected', reason: 'the batch that it comes from has come' },
    ...{ account: CASH_IN_TRANSIT, target: batch.batchRef, amountMinor: found.remainingMinor, closesAs: 'RESOLVED' },
    movements: [{ type: 'resolved', signedMinor: found.remainingMinor, account: CASH_IN_TRANSIT }],
  })
  return true
}

async function lockOpen(
  { breaks }: ResolveLatePorts,
  tx: Transaction,
  breakId: string,
): Promise<ReconBreak | undefined> {
  const found = await breaks.lock(tx, breakId)
  return found?.closedAtMs === null ? found : undefined
}

const leftOf = ({ netMinor, allocatedMinor, movedMinor }: AcquirerBatch): number =>
  netMinor - allocatedMinor - movedMinor

/** Writes off differences that are too small for a person, up to a sum a day. */
import type { BreakClass } from '../contracts/lists.ts'
import { addDays, dayEndsAtMs, soldOn } from '../domain/business-days.ts'
import type { SeparateTransactions, Transaction } from '../payments/ports.ts'
import { type ActPorts, actOnBreak, SYSTEM } from './act-on-breaks.ts'
import type { ReconBreak, ReconSource, ReconSources, SmallBreaks } from './ports.ts'

export interface WriteOffPorts extends ActPorts {
  transactions: SeparateTransactions
  breaks: ActPorts['breaks'] & SmallBreaks
  reconSources: Pick<ReconSources, 'list' | 'lock'>
}

export interface WriteOffSummary {
  writtenOff: number
  /** Small enough, and more than the source may write off today. */
  overMax: number
}

/** Differences of a line or a batch. What should not be there at all, however small, is for people. */
const CLASSES: readonly BreakClass[] = ['AMOUNT_OVER', 'AMOUNT_UNDER', 'FEE']
/** Of one transaction. */
const PAGE_BREAKS = 100

/**
 * OPEN breaks that hold no more than the tolerance of their source, to recon_loss or recon_gain by `system`, in the order in which they
 * were opened. Begins nothing after `deadlineMs` (epoch, real time). Throws DependencyUnavailableError.
 */
export async function writeOffSmall(ports: WriteOffPorts, deadlineMs: number): Promise<WriteOffSummary> {
  await ports.clock.catchUp()
  const summary: WriteOffSummary = { writtenOff: 0, overMax: 0 }
  for (const source of await tolerantSources(ports)) {
    let after: string | undefined
    do {
      if (ports.clock.nowMs() >= deadlineMs) return summary
      const page = await ports.breaks.listSmall(source, CLASSES, PAGE_BREAKS, after)
      const ends = page.length === 0 ? [] : await writeOffPage(ports, source, page)
      for (const end of ends) summary[end]++
      after = page.at(PAGE_BREAKS - 1)
    } while (after !== undefined)
  }
  return summary
}

const tolerantSources = async ({ reconSources }: WriteOffPorts): Promise<ReconSource[]> =>
  (await reconSources.list()).filter(({ toleranceMinor }) => toleranceMinor > 0)

/** The row of the source is locked: two at once write off no more than one may. */
const writeOffPage = (
  ports: WriteOffPorts,
  source: ReconSource,
  page: readonly string[],
): Promise<(keyof WriteOffSummary)[]> =>
  ports.transactions.run(source.sourceId, async tx => {
    await ports.reconSources.lock(tx, source.sourceId)
    const usedMinor = new Map<string, number>()
    const ends: (keyof WriteOffSummary)[] = []
    for (const breakId of page) {
      const of = await ports.breaks.lock(tx, breakId)
      if (of === undefined || !isSmall(of, source)) continue
      ends.push(await writeOff(ports, tx, of, source, usedMinor))
    }
    return ends
  })

/** Somebody may have taken it since it was listed. */
const isSmall = ({ state, remainingMinor }: ReconBreak, { toleranceMinor }: ReconSource): boolean =>
  state === 'OPEN' && remainingMinor !== 0 && Math.abs(remainingMinor) <= toleranceMinor

async function writeOff(
  ports: WriteOffPorts,
  tx: Transaction,
  of: ReconBreak,
  { sourceId, timezone, toleranceMinor, toleranceMaxMinor }: ReconSource,
  usedMinor: Map<string, number>,
): Promise<keyof WriteOffSummary> {
  const { currency, remainingMinor } = of
  const sinceMs = dayBeganMs(ports.clock.virtualNowMs(), timezone)
  const used = usedMinor.get(currency) ?? (await ports.breaks.writtenOffMinor(tx, sourceId, currency, sinceMs))
  const mayBeUsed = used + Math.abs(remainingMinor)
  usedMinor.set(currency, mayBeUsed > toleranceMaxMinor ? used : mayBeUsed)
  if (mayBeUsed > toleranceMaxMinor) return 'overMax'
  const account = remainingMinor > 0 ? 'recon_loss' : 'recon_gain'
  await actOnBreak(ports, tx, of, {
    ...{ actor: SYSTEM, action: 'write_off', reason: `at most ${toleranceMinor} of ${sourceId}` },
    ...{ account, amountMinor: remainingMinor, closesAs: 'WRITTEN_OFF' },
    movements: [{ type: 'resolved', signedMinor: remainingMinor, account }],
  })
  return 'writtenOff'
}

/** Midnight, where the source is. */
function dayBeganMs(atMs: number, timezone: string): number {
  const rule = { timezone, cutoff: '24:00' }
  return dayEndsAtMs(addDays(soldOn(atMs, rule), -1), rule)
}

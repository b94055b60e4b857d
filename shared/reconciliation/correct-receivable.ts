/** What an amount of a break does on acquirer_receivable: the acquirer is expected to correct it, or it settles what was expected so. */
import type { Transaction } from '../payments/ports.ts'
import { ACQUIRER } from '../settlement/expected-event.ts'
import type { Expectation } from '../settlement/ports.ts'
import { actOnBreak, SYSTEM } from './act-on-breaks.ts'
import { type Effect, type Part, type Refusal, refused, type Written } from './break-plans.ts'
import { dueDatesAt } from './due-dates.ts'
import type { BreakReader, ReconBreak, ReconSource, ReconSources } from './ports.ts'

const KIND = 'correction'

/** Without a target a correction is expected; a target is one that is expected, and is settled as a whole. */
export async function planReceivable(part: Part): Promise<Effect | Refusal> {
  return part.target === '' ? { write: written => writeCorrection(part, written) } : settlesCorrection(part)
}

/** A break of a bank has no acquirer of its own. */
const acquirerOf = (source: ReconSource | undefined): string =>
  source?.kind === 'acquirer' ? source.sourceId : ACQUIRER

/** The acquirer owes it from now on, or is owed it: with what it settles next. */
async function writeCorrection({ ports, tx, of, amountMinor }: Part, { eventId, sequence }: Written): Promise<void> {
  const sourceId = acquirerOf(await ports.reconSources.lock(tx, of.sourceId))
  const dueAt = await dueDatesAt(ports, tx, sourceId)
  const correction: Expectation = {
    ...{ expectationId: ports.ids.expectation(), sourceId, matchKey: `${of.breakId}:${sequence}`, kind: KIND },
    ...{ eventId, paymentId: null, amountMinor, feeMinor: 0, vatMinor: 0, currency: of.currency },
    dueOn: dueAt(ports.clock.virtualNowMs()) ?? null,
  }
  await ports.expectations.insert(tx, [correction], ports.clock.nowMs())
}

async function settlesCorrection({ ports, tx, of, amountMinor, target }: Part): Promise<Effect | Refusal> {
  const sourceId = acquirerOf(await ports.reconSources.lock(tx, of.sourceId))
  // Whoever ages an expectation or gives it up holds the source, and then its break.
  await ports.reconSources.lock(tx, sourceId)
  const missing = (await ports.matching.lockMissing(tx, [target])).get(target)
  const expected = await ports.missedExpectations.lock(tx, target)
  if (expected?.kind !== KIND || expected.sourceId !== sourceId) return refused('no_such_target')
  if (expected.currency !== of.currency) return refused('other_currency')
  if (!['OPEN', 'OVERDUE'].includes(expected.state)) return refused('not_expected')
  if (expected.amountMinor !== -amountMinor) return refused('other_amount')
  return {
    async write() {
      await ports.missedExpectations.settle(tx, target)
      if (missing !== undefined) await resolveMissing(ports, tx, missing, of)
    },
  }
}

const resolveMissing = (ports: Part['ports'], tx: Transaction, missing: ReconBreak, { breakId }: ReconBreak) =>
  actOnBreak(ports, tx, missing, {
    ...{ actor: SYSTEM, action: 'arrived', target: breakId, closesAs: 'RESOLVED' },
    reason: `${breakId} is what was expected`,
  })

export interface CorrectionPorts {
  reconSources: Pick<ReconSources, 'find'>
  breakReader: Pick<BreakReader, 'listCorrections'>
}

const SUGGESTIONS_MAX = 10

/** Corrections that what remains of an open break would settle; the oldest first, at most ten. Throws DependencyUnavailableError. */
export async function correctionsFor(ports: CorrectionPorts, of: ReconBreak): Promise<Expectation[]> {
  if (of.closedAtMs !== null || of.remainingMinor === 0) return []
  const sourceId = acquirerOf(await ports.reconSources.find(of.sourceId))
  const { currency, remainingMinor } = of
  return ports.breakReader.listCorrections({
    ...{ sourceId, currency, amountMinor: -remainingMinor, limit: SUGGESTIONS_MAX },
  })
}

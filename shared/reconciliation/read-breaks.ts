/** Reads for operators: breaks with their ages, one with its story, and sums of what is open. */
import type { AgedBreakView, ExplainedBreakView, ReconOverviewView } from '../contracts/break-views.ts'
import type { BreakState } from '../contracts/lists.ts'
import type { AgedBreakListView, FindBreaksQuery } from '../contracts/routes/find-breaks.ts'
import { bucketOf } from '../domain/break-age.ts'
import type { AccountBalances, Expectation } from '../settlement/ports.ts'
import { type AgeOf, type AgePorts, agedBreaks, agesNow } from './age-of-breaks.ts'
import { accountFor, type ExplainPorts, explainBreak } from './explain-break.ts'
import type { Suggestion } from './find-by-amount.ts'
import type { BreakContext, BreakReader, ReconBreak, ReconFiles } from './ports.ts'
import { actionView, breakView, pageOfBreaks } from './read-recon.ts'
import { suspenseBalances } from './suspense.ts'

export interface AgedBreakPorts extends AgePorts {
  breakReader: Pick<BreakReader, 'list'>
}

/** One page, newest first. `beforeBreakId` is where the page before ended. Throws DependencyUnavailableError, as all of these. */
export async function listAgedBreaks(
  ports: AgedBreakPorts,
  { state, ...query }: Omit<FindBreaksQuery, 'cursor'> & { beforeBreakId?: string },
): Promise<AgedBreakListView> {
  const ageOf = await agesNow(ports)
  const states = state?.split(',') as BreakState[] | undefined
  const { page, nextCursor } = await pageOfBreaks(ports, { ...query, states })
  return { items: page.map(each => agedBreakView(each, ageOf)), nextCursor }
}

/** Undefined when there is no such break. */
export async function readExplainedBreak(
  ports: ExplainPorts,
  breakId: string,
): Promise<ExplainedBreakView | undefined> {
  const explained = await explainBreak(ports, breakId)
  if (explained === undefined) return undefined
  const { found, actions, context, ageOf, suggestions, corrections } = explained
  return {
    ...agedBreakView(found, ageOf),
    actions: actions.map(actionView),
    ...contextView(context),
    hints: [...suggestions.map(hintOfSuggestion), ...corrections.map(hintOfCorrection)],
  }
}

export interface OverviewPorts extends AgePorts {
  breakReader: Pick<BreakReader, 'sumOpen'>
  reconFiles: Pick<ReconFiles, 'countByState'>
  balances: Pick<AccountBalances, 'listCurrencies' | 'sumsAt'>
}

export async function readReconOverview(ports: OverviewPorts): Promise<ReconOverviewView> {
  const [ageOf, sums, suspense, files] = await Promise.all([
    agesNow(ports),
    ports.breakReader.sumOpen(),
    suspenseBalances(ports),
    ports.reconFiles.countByState(),
  ])
  return {
    open: agedBreaks(sums, ageOf).map(({ remainingMinor, absoluteMinor, ...of }) => ({
      ...of,
      ...{ remaining: String(remainingMinor), absolute: String(absoluteMinor) },
    })),
    suspense: suspense.map(({ currency, balanceMinor }) => ({ currency, balance: String(balanceMinor) })),
    files,
  }
}

function agedBreakView(of: ReconBreak, ageOf: AgeOf): AgedBreakView {
  if (of.closedAtMs !== null) return { ...breakView(of), businessDays: null, age: null, escalation: null }
  const businessDays = ageOf(of)
  const { name, escalation } = bucketOf(businessDays)
  return { ...breakView(of), businessDays, age: name, escalation }
}

const contextView = ({
  file,
  line,
  expectation,
  operation,
}: BreakContext): Pick<ExplainedBreakView, 'file' | 'line' | 'expectation' | 'operation'> => ({
  file,
  line: line && {
    ...{ lineNo: line.lineNo, lineKey: line.lineKey, matchKey: line.matchKey, kind: line.kind },
    ...{ amount: line.amountMinor, fee: line.feeMinor, vat: line.vatMinor, net: line.netMinor },
    ...{ currency: line.currency, batchRef: line.batchRef, bookedOn: line.bookedOn, valueOn: line.valueOn },
    ...{ partyAccount: line.partyAccount, remittance: line.remittance },
  },
  expectation: expectation && {
    ...{ expectationId: expectation.expectationId, matchKey: expectation.matchKey, kind: expectation.kind },
    ...{ paymentId: expectation.paymentId, amount: expectation.amountMinor, fee: expectation.feeMinor },
    ...{ vat: expectation.vatMinor, currency: expectation.currency, dueOn: expectation.dueOn },
  },
  operation,
})

type Hint = ExplainedBreakView['hints'][number]

const hintOfSuggestion = ({ kind, subject, amountMinor, dueOn }: Suggestion): Hint => ({
  ...{ account: accountFor[kind], target: subject, amount: amountMinor, dueOn },
})

const hintOfCorrection = ({ expectationId, amountMinor, dueOn }: Expectation): Hint => ({
  ...{ account: 'acquirer_receivable', target: expectationId, amount: amountMinor, dueOn },
})

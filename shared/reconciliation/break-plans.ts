/** What may be done with the money of a break: what somebody wants, what is proposed, and what its approval writes. */

import type { BreakRefusal, CounterAccount } from '../contracts/lists.ts'
import type { ProposedResolution } from '../contracts/routes/propose-for-break.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Decision } from '../settlement/decide-file.ts'
import type { ReducePorts } from '../settlement/lose-invoice.ts'
import type { AcquirerTermsReader, Expectations, Items, Payouts, SettlementIds } from '../settlement/ports.ts'
import type { ItemPorts } from '../settlement/write-items.ts'
import type { ActPorts, BreakStep } from './act-on-breaks.ts'
import type {
  AcquirerBatches,
  BankPayouts,
  Matching,
  MissedExpectations,
  ReconBreak,
  ReconBreakAction,
  ReconSources,
} from './ports.ts'

export interface PlanPorts extends ActPorts, ItemPorts, Omit<ReducePorts, 'ids'> {
  reconSources: Pick<ReconSources, 'lock'>
  missedExpectations: MissedExpectations
  matching: Pick<Matching, 'lockMissing'>
  acquirerBatches: Pick<AcquirerBatches, 'withRefs' | 'lock' | 'add'>
  bankPayouts: Pick<BankPayouts, 'lock' | 'markBatchesPaid'>
  expectations: Expectations
  acquirerTerms: AcquirerTermsReader
  items: Pick<Items, 'insert'>
  payouts: Pick<Payouts, 'change'>
  ids: ActPorts['ids'] & Pick<SettlementIds, 'item' | 'expectation'>
}

export type Wanted =
  /** An amount goes to a counter-account; all that remains when none is said. */
  | { kind: 'resolve'; account: string; amountMinor?: number; target?: string }
  /** Nothing remains, and nothing is to be done. */
  | { kind: 'close' }
  /** What is missing will not come. */
  | { kind: 'give_up' }

/** As a request of the console has it. */
export const wantedOf = (proposed: ProposedResolution): Wanted =>
  proposed.kind === 'resolve'
    ? {
        ...{ kind: 'resolve', account: proposed.account },
        ...(proposed.amount === undefined ? {} : { amountMinor: proposed.amount }),
        ...(proposed.target === undefined ? {} : { target: proposed.target }),
      }
    : proposed

export type RefusedStep = 'not_found' | BreakRefusal

export interface Refusal {
  kind: 'refused'
  reason: RefusedStep
}

export const refused = (reason: RefusedStep): Refusal => ({ kind: 'refused', reason })

/** What an approval writes. The transaction in which it was made holds all rows that it changes. */
export interface Plan {
  kind: 'planned'
  step: Pick<BreakStep, 'account' | 'target' | 'amountMinor' | 'movements' | 'closesAs'> & {
    action: 'approve' | 'give_up'
  }
  /** What changes besides the break. `sequence` is that of the action, `eventId` the event under which it is booked. */
  write?(written: { eventId: string; sequence: number; by: Decision }): Promise<void>
}

/** Where a plan is made: the break is locked, and the other one, too, where the target is one. */
export interface Planning {
  ports: PlanPorts
  tx: Transaction
  of: ReconBreak
  other: ReconBreak | undefined
}

/** `target` is empty where there is none. */
export interface Part extends Planning {
  /** With the merchant. */
  account: string
  amountMinor: number
  target: string
}

/** What differs between accounts. */
export type Effect = Pick<Plan, 'write'> & Partial<Pick<Plan['step'], 'movements' | 'closesAs'>>

export type Written = Parameters<NonNullable<Plan['write']>>[0]

/** The row of a proposal has an account and no amount when it gives up, and neither when it closes. */
export function wantedIn({ account, amountMinor, target }: ReconBreakAction): Wanted {
  if (account === null) return { kind: 'close' }
  if (amountMinor === null) return { kind: 'give_up' }
  return { kind: 'resolve', account, amountMinor, ...(target === null ? {} : { target }) }
}

/** The other break that is wanted as the target. */
export const otherIn = (wanted: Wanted): string | undefined =>
  wanted.kind === 'resolve' && wanted.account === ANOTHER_BREAK ? wanted.target : undefined

export const ANOTHER_BREAK: CounterAccount = 'recon_suspense'

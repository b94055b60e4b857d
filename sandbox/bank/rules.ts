/** What becomes of a payout, by the account that it goes to. */
import { type AccountToken, accountTokens, type BankPayoutState } from '../../shared/contracts/bank.ts'
import { DAY_MS } from '../service/days.ts'

export interface Step {
  /** From the moment at which the payout is executed. */
  afterMs: number
  state: Exclude<BankPayoutState, 'PENDING'>
  reason: string | null
  /** Whether the money leaves our account, comes back to it, or stays where it is. */
  moves: 'out' | 'back' | 'nothing'
}

const paid: Step = { afterMs: 0, state: 'CONFIRMED', reason: null, moves: 'out' }
const refused = (reason: string): Step => ({ afterMs: 0, state: 'FAILED', reason, moves: 'nothing' })
const sentBack: Step = { afterMs: DAY_MS, state: 'RETURNED', reason: 'sent back by the receiving bank', moves: 'back' }

const stepsOfToken: Record<AccountToken, readonly Step[]> = {
  acct_pay: [paid],
  acct_fail: [refused('account closed')],
  acct_late: [{ ...paid, afterMs: DAY_MS }],
  acct_return: [paid, sentBack],
  acct_lost: [paid],
  acct_silent: [paid],
}

const isToken = (account: string): account is AccountToken => (accountTokens as readonly string[]).includes(account)

/** In the order of happening. */
export const stepsOf = (account: string): readonly Step[] =>
  isToken(account) ? stepsOfToken[account] : [refused('unknown account')]

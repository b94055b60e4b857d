/** What is typed into the form of a proposal, as the request that it makes. */
import { ofMerchant, takesTarget } from '../../../../shared/contracts/counter-accounts.ts'
import type { BreakClass, CounterAccount } from '../../../../shared/contracts/lists.ts'
import { amountMinorOf } from '../../money.ts'

export const ways = ['resolve', 'close', 'give_up'] as const
export type Way = (typeof ways)[number]

export interface ProposalForm {
  way: Way
  /** Empty: none was chosen yet. */
  account: CounterAccount | ''
  merchantId: string
  target: string
  /** In major units, without a sign; empty: all that remains. */
  amount: string
}

export type Wanted =
  | { kind: 'resolve'; account: string; amount?: number; target?: string }
  | { kind: 'close' }
  | { kind: 'give_up' }

export type WrongField = 'account' | 'merchantId' | 'target' | 'amount'

/** Where something remains it goes somewhere; what did not come is given up; else there is nothing to do but close. */
export const usualWay = ({ remaining, class: name }: { remaining: number; class: BreakClass }): Way =>
  remaining !== 0 ? 'resolve' : name === 'MISSING_THERE' ? 'give_up' : 'close'

export const wantsMerchant = (account: CounterAccount | ''): boolean => ofMerchant.some(each => each === account)

/** Which fields are wrong as they stand; none: there is a request. */
export function wrongIn(form: ProposalForm, currency: string): WrongField[] {
  if (form.way !== 'resolve') return []
  if (form.account === '') return ['account']
  const wrong: WrongField[] = []
  if (wantsMerchant(form.account) && !/^[\x21-\x7E]{1,32}$/.test(form.merchantId.trim())) wrong.push('merchantId')
  if (takesTarget[form.account] === 'always' && form.target.trim() === '') wrong.push('target')
  if (form.amount.trim() !== '' && !isAmount(form.amount, currency)) wrong.push('amount')
  return wrong
}

const isAmount = (text: string, currency: string): boolean => (amountMinorOf(text, currency) ?? 0) > 0

/** The amount has the sign of what remains. Undefined while a field is wrong. */
export function wantedIn(form: ProposalForm, of: { remaining: number; currency: string }): Wanted | undefined {
  if (wrongIn(form, of.currency).length > 0) return undefined
  if (form.way !== 'resolve') return { kind: form.way }
  if (form.account === '') return undefined
  const amountMinor = form.amount.trim() === '' ? undefined : amountMinorOf(form.amount, of.currency)
  const target = takesTarget[form.account] === 'never' ? '' : form.target.trim()
  return {
    kind: 'resolve',
    account: wantsMerchant(form.account) ? `${form.account}:${form.merchantId.trim()}` : form.account,
    ...(amountMinor === undefined ? {} : { amount: of.remaining < 0 ? -amountMinor : amountMinor }),
    ...(target === '' ? {} : { target }),
  }
}

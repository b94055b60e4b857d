/** What is proposed for a break, in words. */
import type { ExplainedBreakView } from '../../../../shared/contracts/break-views.ts'
import { counterAccounts } from '../../../../shared/contracts/lists.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'

export type ProposedAction = ExplainedBreakView['actions'][number]

/** The proposal that waits for an approval. */
export const proposalIn = ({ state, actions }: Pick<ExplainedBreakView, 'state' | 'actions'>) =>
  state === 'PROPOSED' ? actions.findLast(({ action }) => action === 'propose') : undefined

/** An account is named by the glossary, with the merchant that it is of. */
export function useAccountText(): (account: string) => string {
  const { t } = useConsoleTexts()
  return account => {
    const [name, merchantId] = account.split(':')
    const known = counterAccounts.find(each => each === name)
    const text = known === undefined ? account : t(`settlement.accounts.${known}`)
    return merchantId === undefined ? text : `${text} ${merchantId}`
  }
}

/** The row of a proposal has an account and no amount when it gives up, and neither when it closes. */
export function useProposalText(): (proposal: ProposedAction, currency: string) => string {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const accountText = useAccountText()
  return ({ account, amount, target }, currency) => {
    if (account === null) return t('settlement.break.what.close')
    if (amount === null) return t('settlement.break.what.give_up')
    const what = t('settlement.break.what.resolve', {
      ...{ amount: formatMoney(amount, currency, language), account: accountText(account) },
    })
    return target === null ? what : t('settlement.break.what.target', { what, target })
  }
}

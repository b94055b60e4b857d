/** Why nothing was done, in the words of this room. */
import { breakRefusals } from '../../../../shared/contracts/lists.ts'
import { useConsoleTexts } from '../console-context.ts'
import type { CallFailure } from '../session/session.ts'

/** Undefined where the API's own words are as good. */
export function useRefusalWords(): (failure: CallFailure) => string | undefined {
  const { t } = useConsoleTexts()
  return ({ code, details }) => {
    const { reason, count } = details
    if (code === 'PAYOUT_CONFLICT') {
      if (reason === 'held') return t('settlement.payoutRefusals.held', { count: Number(count) })
      return reason === 'changing' ? t('settlement.payoutRefusals.changing') : t('settlement.payoutRefusals.state')
    }
    if (code === 'BATCH_CONFLICT') return t(`settlement.batchRefusals.${batchReasonIn(reason)}`)
    const known = code === 'BREAK_CONFLICT' ? breakRefusals.find(each => each === reason) : undefined
    return known && t(`settlement.breakRefusals.${known}`)
  }
}

const batchReasons = ['living', 'attempts_left', 'too_many'] as const

const batchReasonIn = (reason: unknown) => batchReasons.find(each => each === reason) ?? 'state'

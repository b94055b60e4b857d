/** The status of a payment, and in amber that an outcome is not known: that is never red. */
import type { PaymentStatus } from '../../../../shared/contracts/lists.ts'
import { useConsoleTexts } from '../console-context.ts'

const tones: Record<PaymentStatus, 'undecided' | 'plain' | 'good' | 'bad'> = {
  REQUESTED: 'undecided',
  AUTHORIZED: 'plain',
  PARTIALLY_CAPTURED: 'plain',
  COMPLETED: 'good',
  PARTIALLY_REFUNDED: 'plain',
  REFUNDED: 'plain',
  VOIDED: 'plain',
  EXPIRED: 'plain',
  DECLINED: 'bad',
  FAILED: 'bad',
}

interface StatusTagProps {
  status: PaymentStatus
  isPending: boolean
}

export function StatusTag({ status, isPending }: StatusTagProps) {
  const { t } = useConsoleTexts()
  return (
    <span>
      <span className={`tag tag-${tones[status]}`}>{t(`statuses.${status}`)}</span>
      {isPending && <span className="tag tag-undecided">{t('list.pending')}</span>}
    </span>
  )
}

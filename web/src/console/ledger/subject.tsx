/** What an entry is of, as a link: its payment, or what settlement or reconciliation moved. */
import { Link } from '@tanstack/react-router'
import { useConsoleTexts } from '../console-context.ts'
import { addressOf, kindOf } from './subject-address.ts'

interface SubjectProps {
  entry: { paymentId: string | null; subjectId: string | null; batchId: string | null }
}

export function Subject({ entry: { paymentId, subjectId, batchId } }: SubjectProps) {
  const { t } = useConsoleTexts()
  if (paymentId !== null)
    return (
      <Link to="/payments/$paymentId" params={{ paymentId }}>
        <code>{paymentId}</code>
      </Link>
    )
  if (subjectId === null) return <>{t('payment.none')}</>
  const kind = kindOf(subjectId)
  const address = addressOf(subjectId, batchId)
  const id = <code>{subjectId}</code>
  return (
    <>
      {kind !== undefined && <>{t(`ledger.subjects.${kind}`)} </>}
      {address === undefined ? id : <Link to={address}>{id}</Link>}
    </>
  )
}

/** Everything that was tried on a payment: also what was declined, and what is not decided yet. */
import { useTranslation } from 'react-i18next'
import type { OperationView } from '../../../shared/contracts/routes/list-operations.ts'
import { formatMoney } from '../money.ts'
import { useLanguage } from '../shop-context.ts'
import { formatMoment } from '../times.ts'
import { DeclineReason } from './decline-reason.tsx'

export function OperationsTable({ operations }: { operations: readonly OperationView[] }) {
  const { t } = useTranslation()
  if (operations.length === 0) return null
  return (
    <section className="sheet events-sheet" aria-labelledby="operations-title">
      <h2 id="operations-title">{t('operations.title')}</h2>
      <p className="sheet-lead">{t('operations.lead')}</p>
      <table className="events">
        <thead>
          <tr>
            <th scope="col">{t('operations.operation')}</th>
            <th scope="col">{t('operations.amount')}</th>
            <th scope="col">{t('operations.state')}</th>
            <th scope="col">{t('operations.at')}</th>
          </tr>
        </thead>
        <tbody>
          {operations.map(operation => (
            <OperationRow key={operation.operationId} operation={operation} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function OperationRow({ operation }: { operation: OperationView }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { kind, state, amount, currency, declineReason, reason, createdAt } = operation
  return (
    <tr data-operation={kind} data-state={state}>
      <th scope="row">
        {t(`operations.kinds.${kind}`, { defaultValue: kind })} <code className="technical">{kind}</code>
        {reason && <p className="small operation-reason">{t('operations.reason', { reason })}</p>}
      </th>
      <td data-label={t('operations.amount')}>{formatMoney(amount, currency, language)}</td>
      <td data-label={t('operations.state')}>
        {t(`operations.states.${state}`, { defaultValue: state })}
        {declineReason && (
          <p className="small">
            <DeclineReason reason={declineReason} />
          </p>
        )}
      </td>
      <td data-label={t('operations.at')}>
        <time dateTime={createdAt}>{formatMoment(createdAt, language)}</time>
      </td>
    </tr>
  )
}

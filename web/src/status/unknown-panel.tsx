/** Shown when patience ended before the outcome was known: nothing but the same request may go on from here. */
import { useTranslation } from 'react-i18next'
import type { Waiting } from '../api/ask-until-final.ts'
import { RequestId } from './request-id.tsx'

export function UnknownPanel({ waiting, onAgain }: { waiting: Waiting; onAgain: () => void }) {
  const { t } = useTranslation()
  return (
    <section className="panel panel-warning" role="alert">
      <h2 data-result="" tabIndex={-1}>
        {t('unknown.title')}
      </h2>
      <p>{t(`unknown.reason.${waiting.reason}`)}</p>
      <p>{t('unknown.safe')}</p>
      <button type="button" className="button button-main" onClick={onAgain}>
        {t('unknown.again')}
      </button>
      <p className="small">{t('unknown.attempts', { attempt: waiting.attempt })}</p>
      <RequestId value={waiting.requestId} />
    </section>
  )
}

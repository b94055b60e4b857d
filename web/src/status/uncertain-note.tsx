/** Shown while an outcome is unknown: what happened, why nothing can be charged twice, and that the page goes on by itself. */
import { useTranslation } from 'react-i18next'
import type { Waiting } from '../api/ask-until-final.ts'
import type { Operation } from '../purchase/requests.ts'
import { type Progress, useShopParts } from '../shop-context.ts'
import { useNowMs } from '../times.ts'
import { RequestId } from './request-id.tsx'

export function UncertainNote({ progress }: { progress: Progress | undefined }) {
  if (!progress?.waiting?.isUncertain) return null
  return <UnknownPanel operation={progress.operation} waiting={progress.waiting} />
}

function UnknownPanel({ operation, waiting }: { operation: Operation; waiting: Waiting }) {
  const { t } = useTranslation()
  const { wake } = useShopParts()
  return (
    <section className="panel panel-warning" aria-labelledby="unknown-title">
      <div role="alert">
        <h2 id="unknown-title" data-result="" tabIndex={-1}>
          {t('unknown.title')}
        </h2>
        <p>{t(`unknown.reason.${waiting.reason}`)}</p>
      </div>
      <p>{t(`unknown.safe.${operation}`)}</p>
      <p>{t('unknown.goesOn')}</p>
      <button type="button" className="button button-main" onClick={wake}>
        {t('unknown.again')}
      </button>
      <NextTry waiting={waiting} />
      <RequestId value={waiting.requestId} />
    </section>
  )
}

function NextTry({ waiting }: { waiting: Waiting }) {
  const { t } = useTranslation()
  const leftMs = waiting.nextAtMs - useNowMs()
  return (
    <p className="small">
      {t('unknown.attempts', { attempt: waiting.attempt })}{' '}
      {leftMs > 0 ? t('unknown.next', { seconds: Math.ceil(leftMs / 1000) }) : t('unknown.now')}
    </p>
  )
}

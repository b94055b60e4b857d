/** A final "no", in words, with the API's own answer for whoever wants to see it. */
import { useTranslation } from 'react-i18next'
import type { ApiAnswer } from '../api/answer.ts'
import { AnswerCard } from '../order/answer-card.tsx'
import type { Operation } from '../purchase/requests.ts'
import { declineOf, problemTextOf } from './problem.ts'
import { RequestId } from './request-id.tsx'

export function RefusalPanel({ answer, operation }: { answer: ApiAnswer; operation: Operation }) {
  const { t } = useTranslation()
  const problem = problemTextOf(answer, operation)
  const decline = declineOf(answer)
  return (
    <section className="panel panel-error" role="alert">
      <h2 data-result="" tabIndex={-1}>
        {t(`errors.${problem}.title`)}
      </h2>
      {decline && <p>{t(`declines.${decline.text}`, { reason: decline.reason })}</p>}
      <p>{t(`errors.${problem}.body`)}</p>
      <RequestId value={answer.requestId} />
      <details>
        <summary>{t('refusal.showAnswer')}</summary>
        <AnswerCard answer={answer} operation={operation} />
      </details>
    </section>
  )
}

/** Every operation on a payment, and its steps in the order in which the API tells them. A row opens to its request and its answer. */
import { useId, useState } from 'react'
import type { TimelineView } from '../../../../shared/contracts/routes/get-timeline.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { formatDuration } from '../view/durations.ts'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { useOperatorQuery, useTogether } from '../view/use-operator-query.ts'
import { useVirtualNote } from '../view/use-virtual-note.ts'
import { OperationRecord } from './operation-record.tsx'
import './payments.css'
import { type Step, stepsOf, type TimelineOperation } from './steps.ts'

export function Timeline({ paymentId }: { paymentId: string }) {
  const { t } = useConsoleTexts()
  const read = useTogether(useOperatorQuery('getTimeline', { path: { paymentId } }))
  return (
    <section aria-labelledby="timeline-title" className="timeline">
      <h2 id="timeline-title">{t('timeline.title')}</h2>
      <Loaded read={read} loading={t('timeline.loading')} failed={t('timeline.failed')}>
        {timeline => <Operations timeline={timeline} />}
      </Loaded>
    </section>
  )
}

function Operations({ timeline }: { timeline: TimelineView }) {
  const { t } = useConsoleTexts()
  const virtualNote = useVirtualNote(timeline)
  const { operations } = timeline
  if (operations.length === 0) return <p className="console-note">{t('timeline.empty')}</p>
  return (
    <ol className="operations">
      {operations.map(operation => (
        <Operation key={operation.operationId} operation={operation} virtualNote={virtualNote} />
      ))}
    </ol>
  )
}

const tones = { PENDING: 'undecided', SUCCEEDED: 'good', DECLINED: 'bad', FAILED: 'plain' } as const

interface OperationProps {
  operation: TimelineOperation
  /** Beside virtual times. */
  virtualNote: string
}

function Operation({ operation, virtualNote }: OperationProps) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const { operationId, kind, state, amount, currency, declineReason, attempt } = operation
  const [isOpen, setOpen] = useState(false)
  const recordId = useId()
  return (
    <li className="operation" data-operation={kind} data-state={state}>
      <h3 className="operation-head">
        <button
          type="button"
          className="operation-toggle"
          aria-expanded={isOpen}
          aria-controls={isOpen ? recordId : undefined}
          onClick={() => setOpen(!isOpen)}
        >
          {t(`timeline.kinds.${kind}`)} <span className="amount">{formatMoney(amount, currency, language)}</span>{' '}
          <span className={`tag tag-${tones[state]}`}>{t(`timeline.states.${state}`)}</span>
        </button>
      </h3>
      <p className="small">
        <code>{operationId}</code> · <By by={operation.by} /> · {t('timeline.attempt', { count: attempt })}
        {declineReason !== null && <> · {t('timeline.declined', { reason: declineReason })}</>}
      </p>
      {isOpen && <OperationRecord id={recordId} operationId={operationId} virtualNote={virtualNote} />}
      <ol className="steps">
        {stepsOf(operation).map(step => (
          <StepRow key={step.key} step={step} virtualNote={virtualNote} />
        ))}
      </ol>
    </li>
  )
}

function By({ by: { kind, requestId, person, reason } }: Pick<TimelineOperation, 'by'>) {
  const { t } = useConsoleTexts()
  if (kind === 'person') return <>{t('timeline.byPerson', { person: person ?? '', reason: reason ?? '' })}</>
  if (kind === 'operator') return <>{t('timeline.byOperator', { person: person ?? '', reason: reason ?? '' })}</>
  if (kind === 'job') return <>{t('timeline.byJob')}</>
  return <>{requestId === null ? t('timeline.byUnknown') : t('timeline.byRequest', { id: requestId })}</>
}

interface StepRowProps extends Pick<OperationProps, 'virtualNote'> {
  step: Step
}

function StepRow({ step: { name, detail, at, tookMs, isVirtual }, virtualNote }: StepRowProps) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  return (
    <li data-step={name}>
      <span>{t(`timeline.${name}`, { type: detail })}</span>
      <span>
        {at === null ? <span className="tag tag-undecided">{t('timeline.unpublished')}</span> : <Moment at={at} />}{' '}
        {isVirtual && virtualNote !== '' && <span className="small">{virtualNote}</span>}
      </span>
      <span className="amount small">{tookMs !== null && formatDuration(tookMs, language)}</span>
    </li>
  )
}

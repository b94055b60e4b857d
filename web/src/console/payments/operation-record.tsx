/** The request of an operation and its answer, as they are kept, what its outcome published, and a command that sends it again. */
import { type ReactNode, useId } from 'react'
import type { OperationRecordView } from '../../../../shared/contracts/routes/get-operation.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { readableOf } from '../events/bytes.ts'
import { CopyButton } from '../view/copy-button.tsx'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { formatFullTime } from '../view/times.ts'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { canBeRepeated, missingAnswer } from './kept.ts'
import { repeatCommand } from './repeat-command.ts'

interface OperationRecordProps {
  id: string
  operationId: string
  /** Beside virtual times. */
  virtualNote: string
}

export function OperationRecord({ id, operationId, virtualNote }: OperationRecordProps) {
  const { t } = useConsoleTexts()
  const read = useOperatorQuery('getOperation', { path: { operationId } })
  return (
    <div id={id} className="operation-record">
      <Loaded read={read} loading={t('record.loading')} failed={t('record.failed')}>
        {record => <Kept record={record} virtualNote={virtualNote} />}
      </Loaded>
    </div>
  )
}

interface RecordProps {
  record: OperationRecordView
}

function Kept({ record, virtualNote }: RecordProps & Pick<OperationRecordProps, 'virtualNote'>) {
  const { t } = useConsoleTexts()
  const { combined, request, answer, event } = record
  return (
    <>
      <Noted record={record} />
      {combined && <p className="small">{t('record.combined')}</p>}
      {request !== null && <Request request={request} />}
      {answer !== null && <Answer answer={answer} expiresAt={record.expiresAt} virtualNote={virtualNote} />}
      <Missing record={record} />
      {event !== null && <Event event={event} />}
      {canBeRepeated(record) && <Repeat record={record} />}
    </>
  )
}

function Noted({ record: { noted } }: RecordProps) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  if (noted === null) return null
  const { operator, reason, action, at } = noted
  return (
    <p className="small" data-noted={action}>
      {t('record.noted', { operator, action, reason, time: formatFullTime(at, language) })}
    </p>
  )
}

function Missing({ record }: RecordProps) {
  const { t } = useConsoleTexts()
  const why = missingAnswer(record)
  if (why === undefined) return null
  const words = why === 'expired' && record.request !== null ? t('record.expiredAnswer') : t(`record.missing.${why}`)
  return (
    <p className={why === 'undecided' ? 'console-undecided' : 'small'} data-missing={why}>
      {words}
    </p>
  )
}

function Request({ request: { method, path, key, body } }: { request: NonNullable<OperationRecordView['request']> }) {
  const { t } = useConsoleTexts()
  const text = JSON.stringify(body, null, 2)
  return (
    <Text part="request" title={t('record.request')} text={text}>
      <p className="small">
        <code>
          {method} {path}
        </code>
      </p>
      <p className="small">
        {t('record.key')} <code>{key}</code>
      </p>
    </Text>
  )
}

interface AnswerProps extends Pick<OperationRecordProps, 'virtualNote'> {
  answer: NonNullable<OperationRecordView['answer']>
  expiresAt: string | null
}

function Answer({ answer: { statusCode, body }, expiresAt, virtualNote }: AnswerProps) {
  const { t } = useConsoleTexts()
  return (
    <Text part="answer" title={t('record.answer')} text={body}>
      <p className="small">
        {t('record.status', { status: statusCode })}
        {expiresAt !== null && (
          <>
            {' · '}
            <Moment at={expiresAt} text={time => t('record.keptUntil', { time: `${time} ${virtualNote}`.trim() })} />
          </>
        )}
      </p>
    </Text>
  )
}

function Event({ event: { eventId, type, payload } }: { event: NonNullable<OperationRecordView['event']> }) {
  const { t } = useConsoleTexts()
  return (
    <Text part="event" title={t('record.event', { type })} text={payload}>
      <p className="small">
        <code>{eventId}</code> · {t('record.eventKept')}
      </p>
    </Text>
  )
}

function Repeat({ record: { request, keyState, noted } }: RecordProps) {
  const { t } = useConsoleTexts()
  if (request === null) return null
  return (
    <Text part="curl" title={t('record.repeat')} text={repeatCommand(location.origin, request)}>
      <p className="small">{keyState === 'finished' ? t('record.repeatNote') : t('record.repeatUndecided')}</p>
      {noted !== null && <p className="small">{t('record.repeatSession', { operator: noted.operator })}</p>}
    </Text>
  )
}

interface TextProps {
  part: 'request' | 'answer' | 'event' | 'curl'
  title: string
  /** JSON is indented for reading, and copied as it is. */
  text: string
  /** What is said of it. */
  children: ReactNode
}

function Text({ part, title, text, children }: TextProps) {
  const { t } = useConsoleTexts()
  const titleId = useId()
  return (
    <div className="record-part" data-part={part}>
      <div className="record-head">
        <h4 id={titleId}>{title}</h4>
        <CopyButton text={text} label={t(`record.copy.${part}`)} />
      </div>
      {children}
      {/* Long texts scroll inside it, which a keyboard does when it has the focus. No landmark: several rows may be open. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above. */}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields. */}
      <div className="record-text" role="group" tabIndex={0} aria-labelledby={titleId}>
        <pre>{readableOf(new TextEncoder().encode(text), true).text}</pre>
      </div>
    </div>
  )
}

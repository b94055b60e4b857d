/** One answer of the API: readable JSON, and copies of the exact body and of the request as a curl. */
import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { traceIdIn } from '../../../shared/contracts/traceparent.ts'
import { type ApiAnswer, curlOf, prettyJson } from '../api/answer.ts'
import type { Operation } from '../purchase/requests.ts'
import { copyText } from './copy-text.ts'
import { jsonTokens } from './json-tokens.ts'

export function AnswerCard({ answer, operation }: { answer: ApiAnswer; operation: Operation | 'read' }) {
  const { t } = useTranslation()
  const name = t(`answers.${operation}`)
  const traceId = traceIdIn(answer.request.headers.traceparent)
  const succeeded = answer.statusCode < 300
  return (
    <article className="answer" data-answer={operation}>
      <header>
        <p className="answer-name">
          {name} <span className={succeeded ? 'code-ok' : 'code-bad'}>{answer.statusCode}</span>
        </p>
        <p className="answer-path">
          <code>
            {answer.request.method} {answer.request.path}
          </code>
        </p>
        {traceId && (
          <p className="answer-path">
            {t('answers.trace')} <code>{traceId}</code>
          </p>
        )}
        {answer.replayed && <p className="badge">{t('answers.replayed')}</p>}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
      <section className="answer-body" tabIndex={0} aria-label={t('answers.body', { name })}>
        <pre>
          <code>
            {jsonTokens(prettyJson(answer.bodyText)).map(({ kind, text, at }) => (
              <span key={at} className={kind && `json-${kind}`}>
                {text}
              </span>
            ))}
          </code>
        </pre>
      </section>
      <footer>
        <CopyButton text={answer.bodyText} shown={t('answers.json')} label={t('answers.copyJson', { name })} />
        <CopyButton
          text={curlOf(answer.request, location.origin)}
          shown={t('answers.curl')}
          label={t('answers.copyCurl', { name })}
        />
      </footer>
    </article>
  )
}

/** How long a button says that it copied before it offers to copy again. */
const COPIED_FOR_MS = 2_000

function CopyButton({ text, shown, label }: { text: string; shown: string; label: string }) {
  const { t } = useTranslation()
  const copy = useMutation({ mutationFn: () => copyText(text) })
  const { isIdle, reset, submittedAt } = copy
  useEffect(() => {
    if (isIdle) return
    const timer = setTimeout(reset, submittedAt + COPIED_FOR_MS - Date.now())
    return () => clearTimeout(timer)
  }, [isIdle, reset, submittedAt])
  return (
    <>
      <button type="button" className="button button-small" aria-label={label} onClick={() => copy.mutate()}>
        {copy.isSuccess ? t('answers.copied') : shown}
      </button>
      <span role="status" className={copy.isError ? 'small' : 'visually-hidden'}>
        {copy.isSuccess && t('answers.copied')}
        {copy.isError && t('answers.copyFailed')}
      </span>
    </>
  )
}

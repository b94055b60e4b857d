/** What could not be loaded or done, with the request id under which the API's log has it. */
import { useConsoleTexts } from '../console-context.ts'
import { CallFailure } from '../session/session.ts'
import { failureWordsOf } from './failure-words.ts'

interface FailureProps {
  title: string
  failure: unknown
  /** In place of those for its code. */
  words?: string
  onAgain?: () => void
}

export function Failure({ title, failure, words, onAgain }: FailureProps) {
  const { t } = useConsoleTexts()
  const known = failure instanceof CallFailure ? failure : new CallFailure('INTERNAL_ERROR')
  const { requestId, details } = known
  return (
    <div className="console-failure" role="alert">
      <strong>{title}</strong>
      <p>{words ?? t(`failures.${failureWordsOf(known)}`, { name: details.name })}</p>
      {requestId !== undefined && (
        <p className="small">
          {t('requestId')} <code>{requestId}</code>
        </p>
      )}
      {onAgain && (
        <button type="button" className="button button-small" onClick={onAgain}>
          {t('again')}
        </button>
      )}
    </div>
  )
}

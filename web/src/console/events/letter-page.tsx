/** One dead letter: why it is there, where it came from, what was done about it, and its bytes when somebody wants to see them. */
import { getRouteApi, Link } from '@tanstack/react-router'
import type { DeadLetterDetailView } from '../../../../shared/contracts/dead-letters.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { LinkedIds } from '../invariants/linked-ids.tsx'
import { CallFailure } from '../session/session.ts'
import { Failure } from '../view/failure.tsx'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { LetterActions } from './letter-actions.tsx'
import { LetterBytes } from './letter-bytes.tsx'
import { LetterState } from './letter-state.tsx'
import './events.css'

const route = getRouteApi('/events/dead-letters/$partition/$offset')

export function LetterPage() {
  const { t } = useConsoleTexts()
  const { partition, offset } = route.useParams()
  const read = useOperatorQuery('getDeadLetter', { path: { partition, offset } })
  const isMissing = read.failure instanceof CallFailure && read.failure.code === 'NOT_FOUND'
  return (
    <article aria-labelledby="letter-title" className="events">
      <p>
        <Link to="/events">← {t('events.letter.back')}</Link>
      </p>
      <h1 id="letter-title">{t('events.letter.title', { id: `${partition}/${offset}` })}</h1>
      {isMissing ? (
        <Failure title={t('events.letter.missing')} failure={read.failure} />
      ) : (
        <Loaded read={read} loading={t('events.letter.loading')} failed={t('events.letter.failed')}>
          {letter => <Letter letter={letter} />}
        </Loaded>
      )}
    </article>
  )
}

function Letter({ letter }: { letter: DeadLetterDetailView }) {
  const { t } = useConsoleTexts()
  return (
    <>
      <p className="payment-heading">
        <LetterState state={letter.state} />
        <span className="letter-reason">{letter.error}</span>
      </p>
      <LetterActions letter={letter} />
      {letter.origin === null && <p className="console-undecided">{t('events.letter.unreadable')}</p>}
      <div className="payment-facts">
        <Place letter={letter} />
        <Handling letter={letter} />
      </div>
      <LetterBytes letter={letter} />
    </>
  )
}

function Place({ letter: { origin, paymentId, failedAt, valueBytes } }: { letter: DeadLetterDetailView }) {
  const { t } = useConsoleTexts()
  const count = new Intl.NumberFormat(useLanguage()).format(valueBytes ?? 0) as unknown as number
  return (
    <section aria-label={t('events.letters.origin')}>
      <dl className="facts">
        <div>
          <dt>{t('events.letters.origin')}</dt>
          <dd>
            {origin === null ? (
              t('events.letters.unknown')
            ) : (
              <code>
                {origin.topic} {origin.partition}/{origin.offset}
              </code>
            )}
          </dd>
        </div>
        <div>
          <dt>{t('events.letters.failedAt')}</dt>
          <dd>{failedAt === null ? t('events.letters.unknown') : <Moment at={failedAt} />}</dd>
        </div>
        <div>
          <dt>{t('events.letters.payment')}</dt>
          <dd>{paymentId === null ? t('payment.none') : <LinkedIds text={paymentId} className="inner-link" />}</dd>
        </div>
        <div>
          <dt>{t('events.letter.size')}</dt>
          <dd>{valueBytes === null ? t('events.letter.noValue') : t('events.letter.bytes', { count })}</dd>
        </div>
      </dl>
    </section>
  )
}

function Handling({ letter: { handled } }: { letter: DeadLetterDetailView }) {
  const { t } = useConsoleTexts()
  const unnamed = t('events.letter.unnamed')
  return (
    <section aria-label={t('events.letters.handled')}>
      <dl className="facts">
        <div>
          <dt>{t('events.letter.handledBy')}</dt>
          <dd>{handled === null ? t('events.letter.nobody') : (handled.by ?? unnamed)}</dd>
        </div>
        {handled !== null && (
          <>
            <div>
              <dt>{t('events.letter.handledAt')}</dt>
              <dd>{handled.at === null ? unnamed : <Moment at={handled.at} />}</dd>
            </div>
            <div>
              <dt>{t('events.letter.handledReason')}</dt>
              <dd>{handled.reason ?? unnamed}</dd>
            </div>
          </>
        )}
      </dl>
    </section>
  )
}

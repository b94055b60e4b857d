/** The bytes of a letter's record, closed until somebody opens them: they may be long, and are of whoever wrote them. */
import { useId } from 'react'
import type { DeadLetterDetailView } from '../../../../shared/contracts/dead-letters.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { bytesOf, readableOf } from './bytes.ts'

type Bytes = NonNullable<DeadLetterDetailView['value']>

export function LetterBytes({ letter }: { letter: DeadLetterDetailView }) {
  const { t } = useConsoleTexts()
  const { origin, key, value, headers, headerCount } = letter
  return (
    <details className="letter-bytes">
      <summary>
        <h2>{origin === null ? t('events.letter.ownContent') : t('events.letter.content')}</h2>
      </summary>
      <Field label={t('events.letter.key')} bytes={key} />
      <Field label={t('events.letter.value')} bytes={value} />
      <h3>{t('events.letter.headers')}</h3>
      {headers.length === 0 ? (
        <p>{t('events.letter.none')}</p>
      ) : (
        <dl className="facts letter-headers">
          {headers.map(({ name, value: bytes }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: names may repeat, and the list never changes.
            <div key={index}>
              <dt>
                <code>{readableOf(new TextEncoder().encode(name), true).text}</code>
              </dt>
              <dd>
                <code>{readableOf(bytesOf(bytes.base64), isWhole(bytes)).text}</code>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {headerCount > headers.length && (
        <p className="small">{t('events.letter.moreHeaders', { count: headerCount })}</p>
      )}
    </details>
  )
}

const isWhole = ({ base64, byteCount }: Bytes): boolean => bytesOf(base64).length === byteCount

function Field({ label, bytes }: { label: string; bytes: Bytes | null }) {
  const { t } = useConsoleTexts()
  const number = new Intl.NumberFormat(useLanguage())
  const id = useId()
  if (bytes === null)
    return (
      <>
        <h3>{label}</h3>
        <p>{t('events.letter.none')}</p>
      </>
    )
  const shown = bytesOf(bytes.base64)
  const { kind, text } = readableOf(shown, shown.length === bytes.byteCount)
  return (
    <>
      <h3 id={id}>
        {label}{' '}
        <span className="small">
          {t(`events.letter.${kind}`)},{' '}
          {t('events.letter.bytes', { count: number.format(bytes.byteCount) as unknown as number })}
        </span>
      </h3>
      {/* Long lines scroll inside it, which a keyboard does when it has the focus. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above. */}
      <section className="bytes" tabIndex={0} aria-labelledby={id}>
        <pre>{text}</pre>
      </section>
      {shown.length < bytes.byteCount && (
        <p className="small">{t('events.letter.cut', { shown: number.format(shown.length) })}</p>
      )}
    </>
  )
}

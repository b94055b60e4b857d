/** The sandbox's card tokens, to copy. */
import { useState } from 'react'
import { copyText } from '../../order/copy-text.ts'
import { useConsoleTexts } from '../console-context.ts'

const tokens = [
  ...['tok_approve', 'tok_decline', 'tok_insufficient_funds', 'tok_lost_card', 'tok_slow'],
  ...['tok_timeout_before', 'tok_timeout_after', 'tok_drop_after', 'tok_late', 'tok_error', 'tok_garbage'],
] as const

export function Tokens() {
  const { t } = useConsoleTexts()
  const [copied, setCopied] = useState<string>()
  const copy = (token: string) =>
    copyText(token).then(
      () => setCopied(t('demo.tokens.copied', { token })),
      () => setCopied(t('demo.tokens.notCopied')),
    )
  return (
    <section aria-labelledby="tokens-title" className="demo-section">
      <h2 id="tokens-title">{t('demo.tokens.title')}</h2>
      <p className="small">{t('demo.tokens.lead')}</p>
      <ul className="demo-tokens">
        {tokens.map(token => (
          <li key={token}>
            <code>{token}</code>
            <span className="small">{t(`demo.tokens.names.${token}`)}</span>
            <button
              type="button"
              className="button button-small"
              aria-label={`${t('demo.tokens.copy')} ${token}`}
              onClick={() => void copy(token)}
            >
              {t('demo.tokens.copy')}
            </button>
          </li>
        ))}
      </ul>
      <p className="small">{t('demo.tokens.more')}</p>
      <p role="status" className="small">
        {copied}
      </p>
    </section>
  )
}

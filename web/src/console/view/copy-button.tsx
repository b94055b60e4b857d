/** Copies a text, and says whether it did: a page that is not on a secure address may not. */
import { useState } from 'react'
import { useConsoleTexts } from '../console-context.ts'

interface CopyButtonProps {
  text: string
  /** What it copies, for whoever does not see what stands beside it. */
  label: string
}

export function CopyButton({ text, label }: CopyButtonProps) {
  const { t } = useConsoleTexts()
  /** What was tried with which text. */
  const [tried, setTried] = useState<{ text: string; outcome: 'done' | 'failed' }>()
  const copy = async () => {
    const outcome = await written(text)
    setTried({ text, outcome })
  }
  return (
    <span className="copy">
      <button type="button" className="button button-small" aria-label={label} onClick={() => void copy()}>
        {t('record.copy.button')}
      </button>{' '}
      <span role="status" className="small">
        {tried?.text === text && t(`record.copy.${tried.outcome}`)}
      </span>
    </span>
  )
}

async function written(text: string): Promise<'done' | 'failed'> {
  try {
    await navigator.clipboard.writeText(text)
    return 'done'
  } catch {
    return 'failed'
  }
}

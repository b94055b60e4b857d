/** A count that may be a least one; one that wants somebody's attention stands out. */
import { useConsoleTexts, useLanguage } from '../console-context.ts'

interface CountTextProps {
  count: number
  atLeast: boolean
  /** Of a count above 0. */
  tone?: 'bad' | 'undecided' | 'plain'
}

export function CountText({ count, atLeast, tone = 'undecided' }: CountTextProps) {
  const { t } = useConsoleTexts()
  const number = new Intl.NumberFormat(useLanguage()).format(count)
  const text = atLeast ? t('list.atLeast', { count: number as unknown as number }) : number
  return count === 0 ? <span>{text}</span> : <span className={`tag tag-${tone}`}>{text}</span>
}

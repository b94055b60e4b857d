/** Why the card company declined, in words; its own word where the shop has none. */
import { useTranslation } from 'react-i18next'
import { ko } from '../i18n/ko.ts'

export function DeclineReason({ reason }: { reason: string }) {
  const { t } = useTranslation()
  const text = reason in ko.declines ? (reason as keyof typeof ko.declines) : 'other'
  return t(`declines.${text}`, { reason })
}

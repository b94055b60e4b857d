/** The id under which the API's logs know a request. */
import { useTranslation } from 'react-i18next'

export function RequestId({ value }: { value: string | undefined }) {
  const { t } = useTranslation()
  if (!value) return null
  return (
    <p className="small">
      {t('refusal.requestId')} <code>{value}</code>
    </p>
  )
}
